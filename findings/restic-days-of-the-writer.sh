#!/bin/sh
# The days, weeks and months by which `restic forget` keeps are those of the zone in which each backup was stored; those of
# `borg prune` are those of the zone in which it runs. Both list times in the zone that they run in, so the days that restic
# counts are not those that it shows. Debian 12's restic and borg, on backups of the same four instants.
. "$(dirname -- "$0")/lib/debian.sh"
unpack restic borgbackup python3-msgpack python3-packaging python3-pkg-resources
[ -e /usr/share/zoneinfo/Asia/Seoul ] || {
  echo "this finding needs Debian's tzdata" >&2
  exit 2
}
export HOME="$folder" RESTIC_REPOSITORY="$folder/restic" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
export BORG_REPO="$folder/borg" BORG_BASE_DIR="$folder" BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
echo data >"$folder/file"
cd "$folder"
restic init --quiet
borg init --encryption none
# In UTC a and b are of the 28th, c and d of the 29th. In Seoul a is of the 28th, b and c are of the 29th, and d of the 30th.
for backup in a@2026-11-28T03:00:00 b@2026-11-28T20:00:00 c@2026-11-29T03:00:00 d@2026-11-29T20:00:00; do
  instant=${backup#*@}
  for zone in UTC Asia/Seoul; do
    TZ=$zone restic backup --quiet --host "$zone" --tag "${backup%@*}" --time "$(TZ=$zone date --date "${instant}Z" '+%F %T')" file
  done
  borg create --timestamp "$instant" "::${backup%@*}" file
done

# with_restic STORED HERE: what `forget --keep-daily 2`, run in the one zone, leaves of what was stored in the other.
with_restic() {
  TZ=$2 restic forget --quiet --host "$1" --keep-daily 2
  restic snapshots --json --host "$1" | grep -o '"tags":\["[a-d]' | cut -c 10- | sort | paste -sd, -
}
# with_borg HERE: the same of borg, which is told instants.
with_borg() {
  TZ=$1 borg prune --dry-run --list --keep-daily 2 2>&1 | sed -n 's/^Keeping archive ([^)]*): *\([a-d]\) .*/\1/p' | sort | paste -sd, -
}

restic version
borg --version
compare 'restic: the newest of each of two days, of what was stored in Seoul; forgotten in UTC' b,d c,d "$(with_restic Asia/Seoul UTC)"
compare 'of what was stored in UTC; forgotten in Seoul' c,d b,d "$(with_restic UTC Asia/Seoul)"
compare 'borg: pruned in UTC' b,d b,d "$(with_borg UTC)"
compare 'pruned in Seoul' c,d c,d "$(with_borg Asia/Seoul)"
verdict
