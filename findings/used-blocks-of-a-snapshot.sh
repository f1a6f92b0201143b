#!/bin/sh
# What copies only the blocks of a filesystem that are in use takes a file that was written and synced for free space, in a
# snapshot of a filesystem in use: that the blocks are taken says the journal alone, which is not read. The copy mounts, has the file at its full
# size, full of zeros, and passes fsck; partclone, e2image and zerofree, which overwrites those blocks, all say success. After
# the snapshot was mounted once, which replays the journal, all is there. Debian 12's partclone, e2fsprogs and zerofree.
. "$(dirname -- "$0")/lib/debian.sh"
PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1 || ! command -v e2image >/dev/null; then
  echo "this finding needs root, loop devices and e2fsprogs" >&2
  exit 2
fi
device=
end() {
  umount "$folder/mount" 2>/dev/null || true
  [ -z "$device" ] || losetup --detach "$device" 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
unpack partclone libntfs-3g89 zerofree xfsprogs libinih1 liburcu8
PATH=$PATH:$folder/usr/sbin
LD_LIBRARY_PATH=$(dirname "$(find "$folder" -name 'libinih.so.1')"):$(dirname "$(find "$folder" -name 'liburcu.so.8')")
export LD_LIBRARY_PATH
cd "$folder"
mkdir mount

attach() { device=$(losetup --find --show "$1"); }
detach() {
  losetup --detach "$device"
  device=
}
mounted() {
  attach "$1"
  mount -t "$type" "$device" mount
}
released() {
  umount mount
  detach
}
# taken TYPE: a filesystem in use, and its snapshot right after a file was written and synced.
taken() {
  type=$1
  rm -f disk
  truncate --size 512M disk
  "mkfs.$type" -q disk
  mounted disk
  seq 1 500000 >mount/file
  sync mount/file
  cp --sparse=always disk snapshot
  released
}
# clone FILE: what partclone makes of it, on a disk that was empty.
clone() {
  rm -f image copy
  "partclone.$type" --clone --source "$1" --output image --logfile log >said 2>&1 || echo "partclone failed"
  truncate --size 512M copy
  attach copy
  partclone.restore --source image --output "$device" --logfile log >said 2>&1 || echo "partclone failed"
  detach
}
# file FILE: the file in it, and what fsck says of the filesystem afterwards.
file() {
  mounted "$1"
  if seq 1 500000 | cmp -s - mount/file; then content='as written'; else content="$(tr -d '\0' <mount/file | wc -c) of $(stat --format %s mount/file) bytes"; fi
  released
  if [ "$type" = ext4 ]; then e2fsck -fn "$1" >said 2>&1 && checked=0 || checked=$?; else xfs_repair -n "$1" >said 2>&1 && checked=0 || checked=$?; fi
  echo "$content, fsck $checked"
}

e2image -V 2>&1 | head -n 1
lost='0 of 3388895 bytes, fsck 0'
taken ext4
cp --sparse=always snapshot other
cp --sparse=always snapshot zeroed
cp --sparse=always snapshot replayed
clone snapshot
compare 'ext4: the file in the snapshot' 'as written, fsck 0' 'as written, fsck 0' "$(file other)"
compare '… in what partclone.ext4 has cloned and restored' 'as written, fsck 0' "$lost" "$(file copy)"
e2image -ra snapshot copied >said 2>&1
compare '… in what e2image -ra has copied' 'as written, fsck 0' "$lost" "$(file copied)"
zerofree zeroed
compare '… in it, after zerofree' 'as written, fsck 0' "$lost" "$(file zeroed)"
mounted replayed
released
clone replayed
compare '… in what partclone.ext4 makes of it after it was mounted once' 'as written, fsck 0' 'as written, fsck 0' "$(file copy)"
taken xfs
clone snapshot
compare 'XFS: the file in the snapshot' 'as written, fsck 0' 'as written, fsck 0' "$(file snapshot)"
compare '… in what partclone.xfs has cloned and restored' 'as written, fsck 0' "$lost" "$(file copy)"
verdict
