#!/bin/sh
# Days on which rsnapshot's lowest level has not run, and the next one has, as their two lines of cron are independent: each run
# of the higher level moves on what it has, deletes its oldest copy, says that there is nothing to copy yet, and ends with 0. Three such days
# leave none of three; nothing was stored in their place. Debian 12's rsnapshot.
. "$(dirname -- "$0")/lib/debian.sh"
unpack rsnapshot liblchown-perl rsync libpopt0 libxxhash0
PATH=$folder/usr/bin:$PATH
export LD_LIBRARY_PATH="$folder/usr/lib/$(uname -m)-linux-gnu" PERL5LIB="$folder/usr/share/perl5:$(dirname "$(find "$folder" -name Lchown.pm | head -n 1)")"
PERL5LIB=$PERL5LIB:${PERL5LIB##*:}/..
cd "$folder"
mkdir data
tab=$(printf '\t')
sed "s/ = /$tab/; s/ & /$tab/" >settings <<SETTINGS
config_version = 1.2
snapshot_root = $folder/kept/
cmd_rsync = $folder/usr/bin/rsync
lockfile = $folder/lock
retain = hourly & 2
retain = daily & 3
backup = $folder/data/ & ./
SETTINGS
# Each copy has one file more than the one before it.
hour() {
  hours=$((${hours:-0} + 1))
  : >"data/$hours"
  rsnapshot -c settings hourly
}
day() { rsnapshot -c settings daily >said 2>&1 && ended=0 || ended=$?; }
kept() { find kept -mindepth 1 -maxdepth 1 -name "$1.*" | wc -l; }

for _ in 1 2 3; do
  hour
  hour
  day
done
compare 'copies of the level daily, after three days' 3 3 "$(kept daily)"
day
compare 'after a day without a run of the level hourly' 3 2 "$(kept daily)"
day
compare 'after two' 3 1 "$(kept daily)"
day
compare 'after three' 3 0 "$(kept daily)"
compare 'copies of the level hourly, which holds the newest' 1 1 "$(kept hourly)"
compare 'what that run ended with, and said' 'an error' "0: $folder/kept/hourly.1 not present (yet), nothing to copy" "$ended: $(cat said)"
verdict
