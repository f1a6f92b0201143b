# Sourced by each finding: a temporary folder with the packages that it names, gone when the script ends.
set -eu
lib=$(CDPATH='' cd -- "$(dirname -- "$0")/lib" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# install PACKAGE@VERSION …: exactly these versions, without their install scripts.
install() {
  cd "$folder"
  printf '{ "private": true }\n' >package.json
  npm install --ignore-scripts --no-audit --no-fund --silent --save-exact "$@"
  cp "$lib/finding.mjs" .
}
