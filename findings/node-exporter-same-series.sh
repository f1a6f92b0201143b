#!/bin/sh
# Two files of node_exporter's textfile collector that have a metric of one name and the same labels: it exposes the first
# file's, leaves the other's out, and says in its metrics that both files were read and nothing is wrong. Where only the help
# texts differ, all of the second file's go. That is in its log alone.
. "$(dirname -- "$0")/lib/debian.sh"
command -v curl >/dev/null || {
  echo "this finding needs curl" >&2
  exit 2
}
unpack prometheus-node-exporter
mkdir "$folder/metrics"

# write NAME VALUE HELP: the file of a job, good by itself.
write() {
  cat >"$folder/metrics/$1.prom" <<TEXT
# HELP backup_last_run_timestamp_seconds When a backup ran last.
# TYPE backup_last_run_timestamp_seconds gauge
backup_last_run_timestamp_seconds $2
# HELP backup_volumes $3
# TYPE backup_volumes gauge
backup_volumes{cloud="$1"} $2
TEXT
}

# Serves the files once; what is exposed is in exposed.
expose() {
  prometheus-node-exporter --web.listen-address=127.0.0.1:0 --collector.disable-defaults --collector.textfile \
    --collector.textfile.directory="$folder/metrics" 2>"$folder/log" &
  exporter=$!
  until address=$(grep -o '127\.0\.0\.1:[1-9][0-9]*' "$folder/log"); do
    kill -0 "$exporter" || exit 1
    sleep 0.1
  done
  curl --silent --fail "http://$(echo "$address" | head -n 1)/metrics" >"$folder/exposed"
  kill "$exporter"
  wait "$exporter" 2>/dev/null || true
}
# values METRIC: the values that are exposed of it.
values() {
  awk -v metric="$1" '{ name = $1; sub(/{.*/, "", name) } name == metric { printf "%s%s", between, $2; between = "," }' "$folder/exposed"
}
# says: what the exporter says of itself.
says() {
  echo "scrape error $(values node_textfile_scrape_error), success $(values node_scrape_collector_success), files read $(grep -c '^node_textfile_mtime_seconds{' "$folder/exposed")"
}

write a 100 'Volumes.'
write b 200 'Volumes.'
expose
compare 'without labels, 100 in the one file and 200 in the other' 'both, or an error' 100 "$(values backup_last_run_timestamp_seconds)"
compare 'with the label cloud, which differs' '100,200' '100,200' "$(values backup_volumes)"
compare 'what node_exporter says of it' 'an error' 'scrape error 0, success 1, files read 2' "$(says)"
write b 200 'Volumes that were seen.'
expose
compare 'with the label cloud, where the help text differs, too' '100,200' 100 "$(values backup_volumes)"
compare 'what node_exporter says of it' 'an error' 'scrape error 0, success 1, files read 2' "$(says)"
verdict
