#!/bin/sh
# openstacksdk's delete_volume_snapshot(), which takes a "name or unique ID", takes it as a pattern of a shell as well: told
# the name db[1], of a snapshot that is gone, it deletes db1, and returns True. get_volume() finds db1 likewise; delete_volume()
# does not, which looks for exactly that name. Debian 12's python3-openstacksdk.
. "$(dirname -- "$0")/lib/python.sh"
/usr/bin/python3 -W ignore -c 'import openstack' 2>/dev/null || {
  echo "this finding needs Debian's python3-openstacksdk" >&2
  exit 2
}
run <<'SCRIPT'
from urllib.parse import parse_qs, unquote, urlsplit
import openstack
from finding import stand_in, verdict
from keystone import keystone, login

kept = {}


def answer(method, target, body):
    """Cinder, with volumes and snapshots that are kept by name; the id of db1 is id-of-db1."""
    said = keystone(server.url, method, target)
    if said:
        return said
    kind, _, last = unquote(urlsplit(target).path).removeprefix('/v3/p/').partition('/')
    if method == 'DELETE':
        kept[kind].remove(last.removeprefix('id-of-'))
        return (202,)
    if last not in ('', 'detail'):
        return 404, {'itemNotFound': {'code': 404, 'message': 'not found'}}
    names = parse_qs(urlsplit(target).query).get('name', kept[kind])
    found = [name for name in kept[kind] if name in names]
    return 200, {kind: [{'id': 'id-of-' + name, 'name': name, 'status': 'available', 'size': 1} for name in found]}


server = stand_in(answer)
cloud = openstack.connect(auth=login(server.url), region_name='one')


def asked(kind, names, call):
    """What a call returned, and the names that are there then."""
    kept.update({'volumes': [], 'snapshots': [], kind: list(names)})
    try:
        result = call()
    except Exception as error:
        result = type(error).__name__
    return '%s, left: %s' % (result, ', '.join(kept[kind]) or 'none')


verdict(['openstacksdk'], [
    ('delete_volume_snapshot("db[1]"), where there are db[1] and db2', 'True, left: db2', 'True, left: db2',
     asked('snapshots', ['db[1]', 'db2'], lambda: cloud.delete_volume_snapshot('db[1]'))),
    ('delete_volume_snapshot("db[1]"), where there are db1 and db2', 'False, left: db1, db2', 'True, left: db2',
     asked('snapshots', ['db1', 'db2'], lambda: cloud.delete_volume_snapshot('db[1]'))),
    ('delete_volume_snapshot("before upgrade?"), where there is "before upgrade2"', 'False, left: before upgrade2', 'True, left: none',
     asked('snapshots', ['before upgrade2'], lambda: cloud.delete_volume_snapshot('before upgrade?'))),
    ('get_volume("db[1]"), where there are db1 and db2', 'None, left: db1, db2', 'db1, left: db1, db2',
     asked('volumes', ['db1', 'db2'], lambda: getattr(cloud.get_volume('db[1]'), 'name', None))),
    ('delete_volume("db[1]"), where there are db1 and db2', 'False, left: db1, db2', 'False, left: db1, db2',
     asked('volumes', ['db1', 'db2'], lambda: cloud.delete_volume('db[1]'))),
])
SCRIPT
