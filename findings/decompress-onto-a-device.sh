#!/bin/sh
# An image that zstd or lz4 decompresses onto a disk by the disk's name: where the image has zeros, what the disk held before stays,
# and both end with 0. They skip zeros, as for a new file whose holes read as zeros; their manuals say that of files, and that a
# stream is written in full. A later zstd skips in regular files only (its change 3584). Debian 12's zstd and lz4.
. "$(dirname -- "$0")/lib/debian.sh"
if [ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1; then
  echo "this finding needs root and loop devices" >&2
  exit 2
fi
device=
end() {
  [ -z "$device" ] || losetup --detach "$device" 2>/dev/null || true
  rm -rf "$folder"
}
trap end EXIT
unpack zstd lz4 liblz4-1
PATH=$folder/usr/bin:$PATH
cd "$folder"

# 16 MiB, of which one in the middle are data; and a disk that was in use.
truncate --size 16M image disk
seq 1 1000000 | head -c 1M | dd of=image bs=1M seek=8 conv=notrunc status=none
zstd --quiet image -o image.zst
lz4 -q image image.lz4
device=$(losetup --find --show disk)
# held: how many MiB of what was on the disk before are there after a command, and what it ended with.
held() {
  head -c 16M /dev/zero | tr '\0' x | dd of="$device" bs=1M conv=fsync status=none
  "$@" >said 2>&1 && ended=0 || ended=$?
  blockdev --flushbufs "$device"
  echo "$(($(tr -dc x <"$device" | wc -c) / 1048576)) MiB, ended with $ended"
}

clean='0 MiB, ended with 0'
compare "left on the disk by zstd -d image.zst -o $device" "$clean" '14 MiB, ended with 0' "$(held zstd -d --force image.zst -o "$device")"
compare 'the same with --no-sparse' "$clean" "$clean" "$(held zstd -d --force --no-sparse image.zst -o "$device")"
compare "zstd -dc image.zst >$device" "$clean" "$clean" "$(held sh -c "zstd -dc image.zst >$device")"
compare "lz4 -d image.lz4 $device" "$clean" '14 MiB, ended with 0' "$(held lz4 -d -f image.lz4 "$device")"
compare 'the same with --no-sparse' "$clean" "$clean" "$(held lz4 -d -f --no-sparse image.lz4 "$device")"
compare "lz4 -dc image.lz4 >$device" "$clean" "$clean" "$(held sh -c "lz4 -dc image.lz4 >$device")"
verdict
