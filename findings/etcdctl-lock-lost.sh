#!/bin/sh
# A command that `etcdctl lock` runs goes on when its lock is lost: as soon as the lease is gone the next one is let in beside it, and the
# first one's etcdctl says nothing and ends with 0. A status of the command other than 0 is 1. Debian 12's etcd; its lease is
# revoked here, as it runs out where a machine or its network stands still for longer than --ttl.
. "$(dirname -- "$0")/lib/debian.sh"
unpack etcd-server etcd-client
cd "$folder"
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=unix://client:1
etcd --data-dir data --listen-client-urls unix://client:1 --advertise-client-urls unix://client:1 \
  --listen-peer-urls unix://peer:1 --initial-advertise-peer-urls unix://peer:1 --initial-cluster default=unix://peer:1 >log 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
until etcdctl endpoint health >said 2>&1; do
  kill -0 "$server" || exit 2
  sleep 0.2
done

mkfifo begun go
{
  etcdctl lock name -- sh -c 'echo first >begun; read -r word <go; echo "first is done" >>order' >first 2>&1 && ended=0 || ended=$?
  echo "$ended" >first-ended
} &
holder=$!
read -r word <begun
etcdctl lock name -- sh -c 'echo "second has the lock" >>order' >second 2>&1 &
second=$!
# Until the second one waits: both leases are there.
until [ "$(etcdctl get --prefix name --keys-only | grep -c .)" = 2 ]; do sleep 0.2; done
# The key of the first one has the lower revision.
lease=$(etcdctl get --prefix name --keys-only --sort-by CREATE | grep . | head -n 1 | cut -d / -f 2)
etcdctl lease revoke "$lease" >said
wait "$second" || true
echo >go
wait "$holder" || true

etcdctl version | head -n 1
compare 'in which order' 'first is done,second has the lock' 'second has the lock,first is done' "$(paste -sd, order)"
compare 'what etcdctl lock of the first one ended with' 'another than 0' 0 "$(cat first-ended)"
compare '… and said' 'that the lock was lost' nothing "$(grep . first || echo nothing)"
etcdctl lock name -- sh -c 'exit 75' >said 2>&1 && ended=0 || ended=$?
compare 'of a command that ends with 75' 75 1 "$ended"
verdict
