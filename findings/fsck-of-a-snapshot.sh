#!/bin/sh
# What fsck says of an ext4 that was in use when its snapshot was taken, where it may not write: with -f it finds errors in
# one that is whole, since it leaves the journal aside, which every mount replays; and without -f it says "clean" of one that
# has lost its root folder, since it looks at nothing but a mark. Debian 12's e2fsprogs.
set -eu
. "$(dirname -- "$0")/lib/compare.sh"
PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1 || ! command -v e2fsck >/dev/null; then
  echo "this finding needs root, loop devices and e2fsprogs" >&2
  exit 2
fi
folder=$(mktemp -d)
device=
end() {
  exec 3<&-
  umount "$folder/mount" 2>/dev/null || true
  [ -z "$device" ] || losetup --detach "$device" 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
mkdir mount

# mounted FILE OPTIONS: mounts a disk. Its device can be written to, whatever the options.
mounted() {
  device=$(losetup --find --show "$1")
  mount -t ext4 -o "$2" "$device" mount
}
released() {
  umount mount
  losetup --detach "$device"
  device=
}
# check OPTIONS FILE: what e2fsck ends with, which says 0 of what is whole and 4 of errors that are left.
check() {
  e2fsck "$1" "$2" >said 2>&1 </dev/null && echo 0 || echo $?
}

# A log that was deleted while a process has it open, as after every rotation. The snapshot is taken right after a sync.
truncate --size 64M disk
mkfs.ext4 -q disk
mounted disk rw
seq 1 100000 >mount/log
exec 3<mount/log
rm mount/log
sync --file-system mount
cp --sparse=always disk snapshot
exec 3<&-
released

cp --sparse=always snapshot replayed
mounted replayed ro
released
cp --sparse=always replayed broken
debugfs -w -R 'clri <2>' broken 2>/dev/null

e2fsck -V 2>&1 | head -n 1
compare 'a snapshot of an ext4 in use: e2fsck -fn ends with' 0 4 "$(check -fn snapshot)"
compare 'the same, after it was mounted read-only once' 0 0 "$(check -fn replayed)"
compare 'one without its root folder: e2fsck -n ends with' '4 or more' 0 "$(check -n broken)"
compare '… and says' 'what is wrong' 'broken: clean' "$(sed -n 's/^\(broken: clean\).*/\1/p' said)"
compare '… and with -f it ends with' '4 or more' 12 "$(check -fn broken)"
verdict
