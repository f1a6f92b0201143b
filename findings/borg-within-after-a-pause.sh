#!/bin/sh
# After a pause in which nothing was stored, `borg prune --keep-within 7d` deletes all archives, the newest too: it reckons
# from now. `restic forget --keep-within 7d` reckons from the newest backup, and keeps it. Debian 12's, on the same backups.
. "$(dirname -- "$0")/lib/debian.sh"
unpack restic borgbackup python3-msgpack python3-packaging python3-pkg-resources
export HOME="$folder" TZ=UTC RESTIC_REPOSITORY="$folder/restic" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
export BORG_REPO="$folder/borg" BORG_BASE_DIR="$folder" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
restic init --quiet
borg init --encryption none
echo data >"$folder/file"
cd "$folder"
# The newest is a hundred days old.
for ago in 102 101 100; do
  day=$(date --date "$ago days ago" +%F)
  restic backup --quiet --host h --time "$day 03:00:00" file
  borg create --timestamp "${day}T03:00:00" "::$day" file
done
restic version
borg --version
restic forget --quiet --keep-within 7d
borg prune --keep-within 7d
compare 'backups of 102, 101 and 100 days ago that restic forget --keep-within 7d leaves' 3 3 \
  "$(restic snapshots --json | grep -o '"time":' | wc -l)"
compare 'that borg prune --keep-within 7d leaves' '3, or 1: the newest' 0 "$(borg list --short | wc -l)"
verdict
