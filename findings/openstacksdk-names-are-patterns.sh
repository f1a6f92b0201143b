#!/bin/sh
# openstacksdk's delete_volume_snapshot(), which takes a "name or unique ID", takes it as a pattern of a shell as well: told
# the name db[1], of a snapshot that is gone, it deletes db1, and returns True. get_volume() finds db1 likewise; delete_volume()
# does not, which looks for exactly that name. Debian 12's python3-openstacksdk.
set -eu
python=/usr/bin/python3
"$python" -W ignore -c 'import openstack' 2>/dev/null || {
  echo "this finding needs Debian's python3-openstacksdk" >&2
  exit 2
}
exec "$python" -W ignore - <<'SCRIPT'
import json
import platform
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from urllib.parse import parse_qs, unquote, urlsplit


class Cloud(BaseHTTPRequestHandler):
    """Keystone, and a Cinder with volumes and snapshots that are kept by name; the id of db1 is id-of-db1."""
    protocol_version = 'HTTP/1.1'
    kept = {}

    def answer(self, status, body=None, **headers):
        text = b'' if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {'content-type': 'application/json', 'content-length': str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        root = 'http://127.0.0.1:%d' % self.server.server_port
        links = [{'rel': 'self', 'href': root + '/v3/'}]
        path = urlsplit(self.path).path
        if path.startswith('/identity'):
            links[0]['href'] = root + '/identity/v3/'
            return self.answer(200, {'version': {'id': 'v3.14', 'status': 'stable', 'links': links}})
        kind, _, last = path.removeprefix('/v3/p/').partition('/')
        if kind not in self.kept:
            versions = [{'id': 'v3.0', 'status': 'CURRENT', 'version': '3.70', 'min_version': '3.0', 'links': links}]
            return self.answer(200, {'versions': versions})
        if last not in ('', 'detail'):
            return self.answer(404, {'itemNotFound': {'code': 404, 'message': 'not found'}})
        names = parse_qs(urlsplit(self.path).query).get('name', self.kept[kind])
        self.answer(200, {kind: [{'id': 'id-of-' + name, 'name': name, 'status': 'available', 'size': 1}
                                 for name in self.kept[kind] if name in names]})

    def do_DELETE(self):
        kind, _, last = unquote(self.path).removeprefix('/v3/p/').partition('/')
        self.kept[kind].remove(last.removeprefix('id-of-'))
        self.answer(202)

    def do_POST(self):
        root = 'http://127.0.0.1:%d' % self.server.server_port
        self.rfile.read(int(self.headers['content-length']))
        endpoint = {'interface': 'public', 'region': 'one', 'region_id': 'one', 'id': 'e', 'url': root + '/v3/p'}
        catalog = [{'type': 'block-storage', 'name': 'cinder', 'id': 's', 'endpoints': [endpoint]}]
        domain = {'id': 'default', 'name': 'Default'}
        token = {'methods': ['password'], 'expires_at': '2099-01-01T00:00:00.000000Z', 'catalog': catalog, 'roles': [],
                 'user': {'id': 'u', 'name': 'u', 'domain': domain}, 'issued_at': '2026-01-01T00:00:00.000000Z',
                 'project': {'id': 'p', 'name': 'p', 'domain': domain}}
        self.answer(201, {'token': token}, **{'x-subject-token': 'T'})

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Cloud)
threading.Thread(target=server.serve_forever, daemon=True).start()
login = {'auth_url': 'http://127.0.0.1:%d/identity/v3' % server.server_port, 'username': 'u', 'password': 'P',
         'project_name': 'p', 'user_domain_id': 'default', 'project_domain_id': 'default'}

import openstack
cloud = openstack.connect(auth=login, region_name='one')


def asked(kind, names, call):
    """What a call returned, and the names that are there then."""
    Cloud.kept = {'volumes': [], 'snapshots': [], kind: list(names)}
    try:
        result = call()
    except Exception as error:
        result = type(error).__name__
    return '%s, left: %s' % (result, ', '.join(Cloud.kept[kind]) or 'none')


rows = [
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
]
print('openstacksdk %s, on Python %s' % (version('openstacksdk'), platform.python_version()))
changed = 0
for what, expected, found, seen in rows:
    changed += seen != found
    print('\n%s\n  one would expect: %s\n  seen:             %s' % (what, expected, seen))
    if seen != found:
        print('  this finding says: %s' % found)
print('\nThe finding holds.' if not changed else '\nTHE BEHAVIOUR HAS CHANGED.')
sys.exit(1 if changed else 0)
SCRIPT
