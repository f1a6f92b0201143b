#!/usr/bin/env bash
# A MariaDB on 127.0.0.1 with an empty database `cinder`: mariadb.sh start|stop FOLDER. `start` installs Debian's
# mariadb-server (without starting its service) and prints what `pnpm cinder start` takes:
#   pnpm cinder start --dir OTHER --set "$(bash reliability/cinder/server/mariadb.sh start FOLDER)"
set -euo pipefail
command=${1:-} folder=${2:-}
[ -n "$folder" ] || { echo "usage: mariadb.sh start|stop FOLDER" >&2; exit 2; }
socket=$folder/mariadb.sock

install() {
  [ -x /usr/sbin/mariadbd ] && return
  [ "$(id -u)" = 0 ] || { echo "mariadb: mariadb-server is missing, and only root can install it" >&2; exit 3; }
  echo "mariadb: installing mariadb-server" >&2
  export DEBIAN_FRONTEND=noninteractive
  local policy=/usr/sbin/policy-rc.d apt=(apt-get -qq -o DPkg::Lock::Timeout=1200 -o Dpkg::Options::=--force-unsafe-io)
  # Asked by the package before it starts its service: 101 is no.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  "${apt[@]}" install --yes --no-install-recommends mariadb-server python3-pymysql >&2 ||
    { "${apt[@]}" update >&2 && "${apt[@]}" install --yes --no-install-recommends mariadb-server python3-pymysql >&2; } || exit 3
}

case "$command" in
  start)
    install
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    socket=$folder/mariadb.sock
    if ! mariadb-admin --no-defaults --socket "$socket" ping >/dev/null 2>&1; then
      [ -d "$folder/data" ] || mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$folder/data" \
        --auth-root-authentication-method=normal --skip-test-db >"$folder/install.log" 2>&1
      [ -s "$folder/port" ] || /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$folder/port"
      setsid mariadbd --no-defaults --user="$(id -un)" --datadir="$folder/data" --socket="$socket" \
        --bind-address=127.0.0.1 --port="$(cat "$folder/port")" --pid-file="$folder/pid" --skip-log-bin \
        --innodb-flush-log-at-trx-commit=0 --max-connections=1000 --character-set-server=utf8mb3 >"$folder/log" 2>&1 </dev/null &
      until mariadb-admin --no-defaults --socket "$socket" ping >/dev/null 2>&1; do
        kill -0 $! 2>/dev/null || { tail -15 "$folder/log" >&2; exit 1; }
        sleep 0.2
      done
    fi
    mariadb --no-defaults --socket "$socket" -e 'CREATE DATABASE IF NOT EXISTS cinder CHARACTER SET utf8mb3'
    echo "database.connection=mysql+pymysql://root@127.0.0.1:$(cat "$folder/port")/cinder?charset=utf8"
    ;;
  stop)
    mariadb-admin --no-defaults --socket "$socket" shutdown 2>/dev/null || true
    ;;
  *)
    echo "usage: mariadb.sh start|stop FOLDER" >&2
    exit 2
    ;;
esac
