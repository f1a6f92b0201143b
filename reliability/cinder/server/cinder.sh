#!/usr/bin/env bash
# A real Cinder (and Keystone) on 127.0.0.1: `pnpm cinder start [OPTIONS]`, `pnpm cinder stop [OPTIONS]`. See README.md.
# Exit code 3: nothing is broken, but this machine cannot have them; the reason is on stderr.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# Nothing is written beside the sources.
export PYTHONDONTWRITEBYTECODE=1
packages=(python3-cinder python3-keystone)

not_here() {
  echo "cinder: $1" >&2
  exit 3
}

installed() {
  dpkg-query -W -f='${db:Status-Status}\n' "${packages[@]}" 2>/dev/null | grep -c '^installed$' | grep -qx "${#packages[@]}"
}

install() {
  [ "$(id -u)" = 0 ] || not_here "${packages[*]} are missing, and only root can install them"
  echo "cinder: installing ${packages[*]} and what they need (about 210 packages)" >&2
  export DEBIAN_FRONTEND=noninteractive
  # A machine for tests need not wait for the disk after each package.
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=1200 -o Acquire::Retries=3 -o Dpkg::Options::=--force-unsafe-io)
  # Libraries only: no package among these starts a service, and no documentation is wanted.
  local install=("${apt[@]}" install --yes --no-install-recommends "${packages[@]}") log
  log=$(mktemp)
  if ! "${install[@]}" >"$log" 2>&1 && ! { "${apt[@]}" update >>"$log" 2>&1 && "${install[@]}" >>"$log" 2>&1; }; then
    tail -20 "$log" >&2
    rm -f "$log"
    not_here "apt-get could not install ${packages[*]}"
  fi
  rm -f "$log"
}

case "${1:-}" in
  start)
    . /etc/os-release 2>/dev/null || true
    [ "${ID:-}:${VERSION_ID:-}" = debian:12 ] ||
      not_here "only Debian 12 has the packages that this was made for; this is ${PRETTY_NAME:-$(uname -s)}"
    installed || install
    exec /usr/bin/python3 "$here/start.py" "${@:2}"
    ;;
  stop)
    [ -x /usr/bin/python3 ] || exit 0
    exec /usr/bin/python3 "$here/stop.py" "${@:2}"
    ;;
  *)
    echo "usage: pnpm cinder start|stop [--help]" >&2
    exit 2
    ;;
esac
