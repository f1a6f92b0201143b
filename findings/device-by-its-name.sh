#!/bin/sh
# A block device that is given to a backup tool by its name: dd reads it, and restic, borg, rsync and tar end with 0 and have
# none of its data. They store that there is a device (rsync leaves it out, in words). Debian 12's; needs root and loop devices.
. "$(dirname -- "$0")/lib/debian.sh"
if [ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1; then
  echo 'this finding needs root and loop devices' >&2
  exit 2
fi
unpack restic borgbackup python3-msgpack python3-packaging python3-pkg-resources rsync libpopt0 libxxhash0
library=$(dirname "$(find "$folder/usr/lib" -name 'libpopt.so.0')")
export HOME="$folder" RESTIC_REPOSITORY="$folder/restic" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
export BORG_REPO="$folder/borg" BORG_BASE_DIR="$folder" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
cd "$folder"
head -c 8388608 /dev/urandom >image
device=$(losetup --find --show --read-only image)
trap 'losetup --detach "$device"; rm -rf "$folder"' EXIT
restic init --quiet
borg init --encryption none

# stored WHERE COMMAND…: how it ended, and by how much the repository, folder or file has grown, in whole MiB.
stored() {
  before=$(du -sk "$1" 2>/dev/null | cut -f 1)
  where=$1
  shift
  code=0
  "$@" >said 2>&1 || code=$?
  echo "status $code, $((($(du -sk "$where" | cut -f 1) - ${before:-0}) / 1024)) MiB"
}
rsync() { LD_LIBRARY_PATH="$library" command rsync "$@"; }

restic version
borg --version
rsync --version | head -n 1
tar --version | head -n 1
compare 'dd' 'status 0, 8 MiB' 'status 0, 8 MiB' "$(stored copy dd if="$device" of=copy)"
compare 'restic backup' 'status 0, 8 MiB' 'status 0, 0 MiB' "$(stored restic restic backup "$device")"
compare 'borg create' 'status 0, 8 MiB' 'status 0, 0 MiB' "$(stored borg borg create ::a "$device")"
mkdir mirror
compare 'rsync --archive' 'status 0, 8 MiB' 'status 0, 0 MiB' \
  "$(stored mirror rsync --archive "$device" mirror/)"
compare 'tar --create' 'status 0, 8 MiB' 'status 0, 0 MiB' "$(stored archive tar --create --file archive "$device")"
compare 'restic backup --stdin, from the device' 'status 0, 8 MiB' 'status 0, 8 MiB' \
  "$(stored restic sh -c "restic backup --stdin --stdin-filename db.img <$device")"
verdict
