#!/bin/sh
# jq reads over the offset of a time: `strptime("%Y-%m-%dT%H:%M:%S%z") | mktime` of what `restic snapshots --json` says is the
# local time as if it were UTC. A backup that was just made in Seoul is nine hours ahead, one from New York five hours old.
# jq 1.6 of Debian 12.
. "$(dirname -- "$0")/lib/debian.sh"
unpack restic jq libjq1 libonig5
[ -e /usr/share/zoneinfo/Asia/Seoul ] || {
  echo "this finding needs Debian's tzdata" >&2
  exit 2
}
library=$(dirname "$(find "$folder/usr/lib" -name 'libjq.so.1')")
jq() { LD_LIBRARY_PATH="$library" "$folder/usr/bin/jq" "$@"; }
export HOME="$folder" RESTIC_REPOSITORY="$folder/restic" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
cd "$folder"
restic init --quiet
echo data >file

# ahead ZONE: seconds by which jq's time of a backup is ahead of the instant at which it was stored, told to restic in this zone.
ahead() {
  instant=$(date --date '2026-12-01 03:00 UTC' +%s)
  TZ=$1 restic backup --quiet --host "$1" --time "$(TZ=$1 date --date "@$instant" '+%F %T')" file
  restic snapshots --json --host "$1" |
    TZ=UTC jq --argjson instant "$instant" '(.[0].time | strptime("%Y-%m-%dT%H:%M:%S%z") | mktime) - $instant'
}

restic version
jq --version
compare 'what restic says of one that was stored in Seoul' '2026-12-01T12:00:00+09:00' '2026-12-01T12:00:00+09:00' \
  "$(ahead Asia/Seoul >/dev/null && restic snapshots --json | jq --raw-output '.[0].time')"
compare 'stored in UTC: seconds ahead, by jq' 0 0 "$(ahead UTC)"
compare 'stored in Seoul' 0 32400 "$(ahead Asia/Seoul)"
compare 'stored in New York' 0 -18000 "$(ahead America/New_York)"
verdict
