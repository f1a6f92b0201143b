#!/bin/sh
# Files that have not changed, on a disk that has another device number than last time, as a snapshot's has that is attached
# or mounted anew: restic finds each file unmodified and each folder changed, and stores what it knows of all files once more, for it keeps
# the device's number with each of them. borg stores nothing of it. Debian 12's, on Linux, each by the same path.
. "$(dirname -- "$0")/lib/debian.sh"
PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1; then
  echo "this finding needs root and loop devices" >&2
  exit 2
fi
device=
other=
end() {
  umount "$folder/files" 2>/dev/null || true
  for each in $device $other; do losetup --detach "$each" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap end EXIT
unpack restic borgbackup python3-msgpack python3-packaging python3-pkg-resources
export HOME="$folder" RESTIC_REPOSITORY="$folder/restic" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
export BORG_REPO="$folder/borg" BORG_BASE_DIR="$folder" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
cd "$folder"
mkdir files many
for number in $(seq 1 5000); do echo "$number" >"many/$number"; done
truncate --size 128M disk
mkfs.ext4 -q -d many disk
cp disk same
# Two at a time, so that they have two numbers.
device=$(losetup --read-only --find --show disk)
other=$(losetup --read-only --find --show same)
restic init --quiet
borg init --encryption none
# backups DISK NAME: one of each tool. What restic says is in NAME.
backups() {
  mount -o ro "$1" files
  restic backup --json files | tail -n 1 >"$2"
  borg create "::$2" files
  umount files
}
# said NAME KEY: a number that restic has said.
said() { grep -o "\"$2\":[0-9]*" "$1" | cut -d : -f 2; }
restic_of() { echo "$(said "$1" files_unmodified) of 5000 files unmodified, $(said "$1" dirs_changed) folders changed, $(($(said "$1" data_added) / 1000000)) MB of metadata"; }
borg_of() { echo "$(($(borg info --json "::$1" | grep -o '"deduplicated_size": [0-9]*' | head -n 1 | cut -d ' ' -f 2) / 1000)) kB"; }

backups "$device" first
backups "$device" again
backups "$other" elsewhere
restic version
borg --version
none='5000 of 5000 files unmodified, 0 folders changed, 0 MB of metadata'
compare 'restic, of the same disk once more' "$none" "$none" "$(restic_of again)"
compare 'restic, of its equal with another number' "$none" '5000 of 5000 files unmodified, 2 folders changed, 1 MB of metadata' "$(restic_of elsewhere)"
compare 'borg: new in the repository by that' 'next to nothing' '0 kB' "$(borg_of elsewhere)"
verdict
