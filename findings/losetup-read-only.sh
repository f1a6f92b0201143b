#!/bin/sh
# A loop device that was made read-only (blockdev --setro) and given back (losetup --detach) is read-only for the next
# file, too: losetup attaches it without --read-only, says nothing, and writing fails with EPERM. losetup(8) knows
# read-only loop devices by its own option only. Debian 12's util-linux; what is kept is kept by the kernel.
set -eu
expected='the second file was attached without --read-only, so its device can be written to'
if [ "$(id -u)" != 0 ] || ! losetup --find >/dev/null 2>&1; then
  echo 'this finding needs root and loop devices' >&2
  exit 2
fi
folder=$(mktemp -d)
device=
end() {
  if [ -n "$device" ]; then
    blockdev --setrw "$device" 2>/dev/null || true
    losetup --detach "$device" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap end EXIT
truncate -s 1M "$folder/first" "$folder/second"

device=$(losetup --find --show "$folder/first")
before=$(blockdev --getro "$device")
blockdev --setro "$device"
losetup --detach "$device"
losetup "$device" "$folder/second"
after=$(blockdev --getro "$device")
written=yes
echo x | dd of="$device" conv=notrunc status=none 2>"$folder/said" || written=no

echo "$(losetup --version), Linux $(uname -r)"
echo "expected: $expected"
echo "seen: read-only before $before, after another file was attached $after; written: $written$(sed 's/^/: /' "$folder/said")"
[ "$before" = 0 ] && [ "$after" = 1 ] && [ "$written" = no ] && exit 0
echo 'this is no longer so'
exit 1
