# Sourced, in place of compare.sh, by findings about programs of Debian that a machine need not have: a temporary folder that
# packages are unpacked to, gone when the script ends.
set -eu
. "$(dirname -- "$0")/lib/compare.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# unpack PACKAGE …: each as this Debian ships it; nothing is installed, and what they depend on has to be named.
unpack() {
  (cd "$folder" && apt-get download "$@" >said 2>&1) || {
    echo "this finding needs Debian's $*" >&2
    exit 2
  }
  for archive in "$folder"/*.deb; do
    dpkg-deb --extract "$archive" "$folder"
    basename "$archive" .deb
  done
  rm "$folder"/*.deb
  PATH=$PATH:$folder/usr/bin:$folder/sbin
  export PYTHONPATH="$folder/usr/lib/python3/dist-packages"
}
