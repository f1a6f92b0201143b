#!/bin/sh
# systemd-cron, which takes the place of cron, reads two fields otherwise than its own crontab(5): a day of the month and a
# day of the week have to fit both, where the page says either; and nov is October, dec November, oct nothing at all.
. "$(dirname -- "$0")/lib/debian.sh"
command -v systemd-analyze >/dev/null || {
  echo "this finding needs Debian's systemd" >&2
  exit 2
}
unpack systemd-cron
cat >"$folder/run.py" <<'SCRIPT'
"""Prints what the generator makes of the times of a crontab. It is taken as a module, since its paths are fixed."""
import importlib.machinery, os, sys

folder, times = sys.argv[1:]
path = os.path.join(folder, 'lib/systemd/system-generators/systemd-crontab-generator')
sys.argv = [path, folder]
generator = importlib.machinery.SourceFileLoader('generator', path).load_module()
made = os.path.join(folder, 'made')
os.makedirs(made, exist_ok=True)
for each in os.listdir(made):
    os.remove(os.path.join(made, each))
generator.TARGET_DIR = generator.TIMERS_DIR = made
crontab = os.path.join(folder, 'job')
with open(crontab, 'w') as file:
    file.write('%s root /usr/bin/true\n' % times)
for job in generator.parse_crontab(crontab, withuser=True):
    generator.generate_timer_unit(job, seq=iter(range(9)))
for each in os.listdir(made):
    if each.endswith('.timer'):
        with open(os.path.join(made, each)) as file:
            print(*(line[len('OnCalendar='):].strip() for line in file if line.startswith('OnCalendar=')))
SCRIPT

# runs COUNT TIMES: the first runs after 2026-11-01, as systemd reckons them.
runs() {
  calendar=$(/usr/bin/python3 -W ignore "$folder/run.py" "$folder" "$2" 2>/dev/null)
  if [ -z "$calendar" ]; then
    echo none
    return
  fi
  systemd-analyze calendar --base-time='2026-11-01 00:00:00 UTC' --iterations="$1" "$calendar" |
    sed -nE 's/^ *(Next elapse|Iter. #[0-9]+): .*([0-9]{4}-[0-9]{2}-[0-9]{2}) .* UTC$/\2/p' | paste -sd, -
}

export TZ=UTC
systemd-analyze --version | head -n 1
compare '30 4 1,15 * 5, the example of its crontab(5): the 1st, the 15th, and every Friday' \
  '2026-11-01,2026-11-06,2026-11-13,2026-11-15' '2027-01-01,2027-01-15,2027-10-01,2027-10-15' "$(runs 4 '30 4 1,15 * 5')"
compare '30 4 1,15 * *' '2026-11-01,2026-11-15' '2026-11-01,2026-11-15' "$(runs 2 '30 4 1,15 * *')"
compare '0 3 1 12 *' '2026-12-01,2027-12-01' '2026-12-01,2027-12-01' "$(runs 2 '0 3 1 12 *')"
compare '0 3 1 dec *' '2026-12-01,2027-12-01' '2026-11-01,2027-11-01' "$(runs 2 '0 3 1 dec *')"
compare '0 3 1 nov *' '2026-11-01,2027-11-01' '2027-10-01,2028-10-01' "$(runs 2 '0 3 1 nov *')"
compare '0 3 1 oct *' '2027-10-01,2028-10-01' none "$(runs 2 '0 3 1 oct *')"
verdict
