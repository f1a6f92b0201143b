#!/bin/sh
# The same retention, in words that restic and borg share (--keep-daily 3 --keep-weekly 3), keeps other backups in the one than
# in the other: what a day is kept for counts as the backup of its week with restic, and does not with borg, which reaches
# further back. Debian 12's restic and borg, on the same backups.
. "$(dirname -- "$0")/lib/debian.sh"
unpack restic borgbackup python3-msgpack python3-packaging python3-pkg-resources
export HOME="$folder" TZ=UTC RESTIC_REPOSITORY="$folder/restic" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
export BORG_REPO="$folder/borg" BORG_BASE_DIR="$folder" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
restic init --quiet
borg init --encryption none
echo data >"$folder/file"
cd "$folder"
# Four Sundays, and three days of the week after them.
for day in 2026-11-08 2026-11-15 2026-11-22 2026-11-29 2026-12-02 2026-12-03 2026-12-04; do
  restic backup --quiet --host h --time "$day 03:00:00" file
  borg create --timestamp "${day}T03:00:00" "::$day" file
done
restic version
borg --version
keep='--keep-daily 3 --keep-weekly 3'
# shellcheck disable=SC2086
restic forget --quiet $keep
# shellcheck disable=SC2086
borg prune $keep

days='2026-12-04,2026-12-03,2026-12-02,2026-11-29,2026-11-22'
compare "what restic forget $keep leaves" 'the same as with borg' "$days" \
  "$(restic snapshots --json | grep -o '"time":"[0-9-]*' | cut -c 9- | sort -r | paste -sd, -)"
compare "what borg prune $keep leaves" 'the same as with restic' "$days,2026-11-15" \
  "$(borg list --short | sort -r | paste -sd, -)"
verdict
