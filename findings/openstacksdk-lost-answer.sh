#!/bin/sh
# openstacksdk sends a POST again when the connection breaks after the service has it: two volumes, of which it reports
# one. It is told to repeat nothing (connect_retries 0) and does so all the same. python-cinderclient, told the same,
# raises its error. Both as Debian 12 ships them: python3-openstacksdk, python3-cinderclient.
set -eu
python=/usr/bin/python3
"$python" -W ignore -c 'import openstack, cinderclient' 2>/dev/null || {
  echo "this finding needs Debian's python3-openstacksdk and python3-cinderclient" >&2
  exit 2
}
exec "$python" -W ignore - <<'SCRIPT'
import json
import platform
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version


class Cloud(BaseHTTPRequestHandler):
    """Keystone and Cinder in so far as a log-in and a create need them. The first create is carried out, not answered."""
    protocol_version = 'HTTP/1.1'
    made = []

    def answer(self, status, body, **headers):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {'content-type': 'application/json', 'content-length': str(len(text)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        root = 'http://127.0.0.1:%d' % self.server.server_port
        links = [{'rel': 'self', 'href': root + '/v3/'}]
        version = {'id': 'v3.0', 'status': 'CURRENT', 'version': '3.70', 'min_version': '3.0', 'links': links}
        if self.path.startswith('/identity'):
            links[0]['href'] = root + '/identity/v3/'
            self.answer(200, {'version': {'id': 'v3.14', 'status': 'stable', 'links': links}})
        else:
            self.answer(200, {'versions': [version]})

    def do_POST(self):
        root = 'http://127.0.0.1:%d' % self.server.server_port
        body = json.loads(self.rfile.read(int(self.headers['content-length'])))
        if self.path.endswith('/auth/tokens'):
            endpoint = {'interface': 'public', 'region': 'one', 'region_id': 'one', 'id': 'e', 'url': root + '/v3/p'}
            catalog = [{'type': 'block-storage', 'name': 'cinder', 'id': 's', 'endpoints': [endpoint]},
                       {'type': 'volumev3', 'name': 'cinderv3', 'id': 't', 'endpoints': [endpoint]}]
            token = {'methods': ['password'], 'expires_at': '2099-01-01T00:00:00.000000Z', 'catalog': catalog, 'roles': [],
                     'user': {'id': 'u', 'name': 'u', 'domain': {'id': 'default', 'name': 'Default'}}, 'issued_at': '2026-01-01T00:00:00.000000Z',
                     'project': {'id': 'p', 'name': 'p', 'domain': {'id': 'default', 'name': 'Default'}}}
            return self.answer(201, {'token': token}, **{'x-subject-token': 'T'})
        volume = {**body['volume'], 'id': 'volume-%d' % (len(self.made) + 1), 'status': 'creating'}
        self.made.append(volume['id'])
        if len(self.made) == 1:
            self.close_connection = True
            return self.connection.shutdown(2)
        self.answer(202, {'volume': volume})

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Cloud)
threading.Thread(target=server.serve_forever, daemon=True).start()
login = {'auth_url': 'http://127.0.0.1:%d/identity/v3' % server.server_port, 'username': 'u', 'password': 'P',
         'project_name': 'p', 'user_domain_id': 'default', 'project_domain_id': 'default'}


def with_openstacksdk():
    import openstack
    cloud = openstack.connect(auth=login, region_name='one', block_storage_connect_retries=0, connect_retries=0)
    return cloud.block_storage.create_volume(size=1, name='data').id


def with_cinderclient():
    from cinderclient import client
    from keystoneauth1 import session
    from keystoneauth1.identity import v3
    return client.Client('3.70', session=session.Session(auth=v3.Password(**login)), region_name='one',
                         connect_retries=0).volumes.create(1, name='data').id


print('openstacksdk %s, python-cinderclient %s, keystoneauth1 %s, on Python %s' % (
    version('openstacksdk'), version('python-cinderclient'), version('keystoneauth1'), platform.python_version()))
changed = 0
for name, create, made, returned in (('openstacksdk', with_openstacksdk, 2, 'volume-2'),
                                     ('python-cinderclient', with_cinderclient, 1, 'ConnectFailure')):
    Cloud.made.clear()
    try:
        result = create()
    except Exception as error:
        result = type(error).__name__
    seen = [len(Cloud.made), result]
    found = [made, returned]
    changed += seen != found
    print('\n%s: volumes that are there after one create whose answer was lost, and what it returned' % name)
    print('  one would expect: [1, "ConnectFailure"]\n  seen:             %s' % json.dumps(seen))
    if seen != found:
        print('  this finding says: %s' % json.dumps(found))
print('\nThe finding holds.' if not changed else '\nTHE BEHAVIOUR HAS CHANGED.')
sys.exit(1 if changed else 0)
SCRIPT
