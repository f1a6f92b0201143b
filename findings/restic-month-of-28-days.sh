#!/bin/sh
# On the last days of a month `restic forget --keep-within 1m` reaches less far back than on the first of the next one: a month
# before 31 March is 31 February, and so 3 March. What it deletes on the 31st it would have kept on 1 April. Debian 12's restic,
# which reckons from the newest backup, so that no clock has to be set.
. "$(dirname -- "$0")/lib/debian.sh"
unpack restic
export HOME="$folder" TZ=UTC RESTIC_REPOSITORY="$folder/repository" RESTIC_PASSWORD=x RESTIC_CACHE_DIR="$folder/cache"
echo data >"$folder/file"
cd "$folder"
restic init --quiet
# store HOST DAY…: a backup of each of these days; left HOST: the days whose backups forget leaves there.
store() {
  host=$1
  shift
  for day in "$@"; do restic backup --quiet --host "$host" --time "$day 03:00:00" file; done
}
left() {
  restic forget --quiet --host "$1" --keep-within 1m
  restic snapshots --json --host "$1" | grep -o '"time":"[0-9-]*' | cut -c 14- | sort | paste -sd, -
}

restic version
for host in seldom daily; do store "$host" 2026-03-01 2026-03-02 2026-03-03 2026-03-04 2026-03-31; done
compare 'run on 31 March' '03-01,03-02,03-03,03-04,03-31' '03-04,03-31' "$(left daily)"
store daily 2026-04-01
compare 'run on 1 April, too' '03-02,03-03,03-04,03-31,04-01' '03-04,03-31,04-01' "$(left daily)"
store seldom 2026-04-01
compare 'run on 1 April alone' '03-02,03-03,03-04,03-31,04-01' '03-02,03-03,03-04,03-31,04-01' "$(left seldom)"
verdict
