#!/bin/sh
# A timer of systemd at 02:30 has no run in the night in which the clock skips that time, and one of every half hour has
# none for ninety minutes in the night in which an hour comes twice. Debian 12's systemd-analyze; no service is needed.
# systemd.time(7) says neither; a job of cron(8) that the clock skips is run soon after.
set -eu
. "$(dirname -- "$0")/lib/compare.sh"
if ! command -v systemd-analyze >/dev/null || [ ! -e /usr/share/zoneinfo/Europe/Berlin ]; then
  echo "this finding needs Debian's systemd and tzdata" >&2
  exit 2
fi

# runs FROM COUNT EXPRESSION: its first runs after an instant, in UTC, each as day and time.
runs() {
  systemd-analyze calendar --base-time="$1" --iterations="$2" "$3" |
    sed -nE 's/^ *(Next elapse|Iter. #[0-9]+): .*-([0-9]{2} [0-9:]{5}):00 UTC$/\2/p' | paste -sd, -
}

export TZ=UTC
systemd-analyze --version | head -n 1
compare '02:30 in Berlin, around 2026-03-29, when 02:00 is followed by 03:00' \
  'a run in each night: 28 01:30,29 01:00 or 01:30,30 00:30' \
  '28 01:30,30 00:30' \
  "$(runs '2026-03-27 12:00 UTC' 2 '*-*-* 02:30 Europe/Berlin')"
compare '02:30 in Berlin, around 2026-10-25, when the hour from 02:00 comes twice' \
  '24 00:30,25 00:30,26 01:30' \
  '24 00:30,25 00:30,26 01:30' \
  "$(runs '2026-10-23 12:00 UTC' 3 '*-*-* 02:30 Europe/Berlin')"
compare 'every half hour in Berlin, in that night' \
  '25 00:00,25 00:30,25 01:00,25 01:30,25 02:00,25 02:30' \
  '25 00:00,25 00:30,25 02:00,25 02:30' \
  "$(runs '2026-10-24 23:45 UTC' 4 '*-*-* *:00/30 Europe/Berlin')"
compare 'every half hour in UTC, in that night' \
  '25 00:00,25 00:30,25 01:00,25 01:30' \
  '25 00:00,25 00:30,25 01:00,25 01:30' \
  "$(runs '2026-10-24 23:45 UTC' 4 '*-*-* *:00/30 UTC')"
verdict
