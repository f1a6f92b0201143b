#!/bin/sh
# Apache Libcloud's driver for DigitalOcean takes a snapshot to restore and makes an empty volume; and the snapshot's own
# destroy() calls a method that no driver has. As Debian 12 ships it: python3-libcloud.
set -eu
python=/usr/bin/python3
"$python" -W ignore -c 'import libcloud' 2>/dev/null || {
  echo "this finding needs Debian's python3-libcloud" >&2
  exit 2
}
exec "$python" -W ignore - <<'SCRIPT'
import json
import platform
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import libcloud
from libcloud.compute.base import NodeLocation
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider


class Cloud(BaseHTTPRequestHandler):
    """Answers as the API's description says, and keeps what arrived."""
    arrived = []
    volume = {'id': '506f78a4-e098-11e5-ad9f-000f53306ae1', 'name': 'data', 'size_gigabytes': 10, 'droplet_ids': [],
              'region': {'slug': 'nyc3', 'name': 'New York 3'}, 'created_at': '2026-01-01T00:00:00Z'}
    snapshot = {'id': '8fa70202-873f-11e6-8b68-000f533176b1', 'name': 'before', 'size_gigabytes': 1, 'regions': ['nyc3'],
                'resource_id': volume['id'], 'min_disk_size': 10, 'created_at': '2026-01-01T00:00:00Z'}

    def answer(self, status, body=None):
        length = int(self.headers.get('content-length') or 0)
        text = self.rfile.read(length).decode()
        Cloud.arrived.append((self.command, self.path.split('?')[0], json.loads(text) if text else None))
        data = b'' if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, {'snapshots': [self.snapshot], 'links': {}, 'meta': {'total': 1}})

    def do_POST(self):
        self.answer(201, {'volume': self.volume})

    def do_DELETE(self):
        self.answer(204)

    def log_message(self, *words):
        pass


server = HTTPServer(('127.0.0.1', 0), Cloud)
threading.Thread(target=server.serve_forever, daemon=True).start()
driver = get_driver(Provider.DIGITAL_OCEAN)('T')
driver.connection.host, driver.connection.port, driver.connection.secure = '127.0.0.1', server.server_port, False
driver.connection.connect()
location = NodeLocation(id='nyc3', name='New York 3', country=None, driver=driver)
[snapshot] = driver.list_volume_snapshots(driver._to_volume(Cloud.volume))

Cloud.arrived.clear()
driver.create_volume(size=10, name='restored', location=location, snapshot=snapshot)
sent = Cloud.arrived[-1][2]
Cloud.arrived.clear()
try:
    destroyed = snapshot.destroy()
except Exception as error:
    destroyed = type(error).__name__
rows = [
    ('create_volume(…, snapshot=snapshot): the snapshot that the request names', snapshot.id, None, sent.get('snapshot_id')),
    ('snapshot.destroy()', True, 'NotImplementedError', destroyed),
    ('requests that snapshot.destroy() sent', 1, 0, len(Cloud.arrived)),
]

print('apache-libcloud %s, on Python %s' % (libcloud.__version__, platform.python_version()))
changed = 0
for what, expected, found, seen in rows:
    changed += seen != found
    print('\n%s\n  one would expect: %s\n  seen:             %s' % (what, json.dumps(expected), json.dumps(seen)))
    if seen != found:
        print('  this finding says: %s' % json.dumps(found))
print('\nThe finding holds.' if not changed else '\nTHE BEHAVIOUR HAS CHANGED.')
sys.exit(1 if changed else 0)
SCRIPT
