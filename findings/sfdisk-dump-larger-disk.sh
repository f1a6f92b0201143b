#!/bin/sh
# A GPT that is written to a larger disk from a dump of sfdisk keeps the end of the old disk: nothing can be put behind it,
# and growing the last partition (`, +`) stops there, says that the table has been altered, and ends with 0. A dump of a DOS
# table does not. Without the line last-lba all of the disk is used. Debian 12's util-linux; files suffice.
set -eu
. "$(dirname -- "$0")/lib/compare.sh"
PATH=$PATH:/usr/sbin:/sbin
command -v sfdisk >/dev/null || {
  echo "this finding needs Debian's fdisk, for sfdisk" >&2
  exit 2
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# ends LABEL FILTER: MiB at which the one partition of a 64 MiB disk ends on a disk of 256 MiB, once it is grown there.
ends() {
  rm -f small large
  truncate -s 64M small
  truncate -s 256M large
  printf 'label: %s\n,\n' "$1" | sfdisk --quiet small
  sfdisk --dump small | sed "$2" | sfdisk --quiet large
  printf ', +\n' | sfdisk --quiet --partno 1 large || echo failed
  sfdisk --list --quiet --output End large | awk 'NR == 2 { print int(($1 + 1) * 512 / 1048576 + 0.5) }'
}

sfdisk --version
compare 'GPT: the partition ends at, of 256 MiB' 256 64 "$(ends gpt '')"
compare 'GPT, the dump without last-lba' 256 256 "$(ends gpt '/^last-lba:/d')"
compare 'DOS' 256 256 "$(ends dos '')"
verdict
