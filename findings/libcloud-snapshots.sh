#!/bin/sh
# Apache Libcloud's driver for DigitalOcean takes a snapshot to restore and makes an empty volume; and the snapshot's own
# destroy() calls a method that no driver has. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack python3-libcloud python3-requests python3-urllib3 python3-chardet python3-charset-normalizer python3-idna python3-certifi
run <<'SCRIPT'
import json
from libcloud.compute.base import NodeLocation
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider
from finding import stand_in, verdict

volume = {'id': '506f78a4-e098-11e5-ad9f-000f53306ae1', 'name': 'data', 'size_gigabytes': 10, 'droplet_ids': [],
          'region': {'slug': 'nyc3', 'name': 'New York 3'}, 'created_at': '2026-01-01T00:00:00Z'}
snapshots = [{'id': '8fa70202-873f-11e6-8b68-000f533176b1', 'name': 'before', 'size_gigabytes': 1, 'regions': ['nyc3'],
              'resource_id': volume['id'], 'min_disk_size': 10, 'created_at': '2026-01-01T00:00:00Z'}]
answers = {'GET': (200, {'snapshots': snapshots, 'links': {}, 'meta': {'total': 1}}), 'POST': (201, {'volume': volume}), 'DELETE': (204,)}
cloud = stand_in(lambda method, target, body: answers[method])
driver = get_driver(Provider.DIGITAL_OCEAN)('T')
driver.connection.host, driver.connection.port, driver.connection.secure = '127.0.0.1', cloud.server_port, False
driver.connection.connect()
location = NodeLocation(id='nyc3', name='New York 3', country=None, driver=driver)
[snapshot] = driver.list_volume_snapshots(driver._to_volume(volume))
driver.create_volume(size=10, name='restored', location=location, snapshot=snapshot)
sent = json.loads(cloud.seen[-1][2])
cloud.seen.clear()
try:
    destroyed = snapshot.destroy()
except Exception as error:
    destroyed = type(error).__name__
verdict(['apache-libcloud'], [
    ('create_volume(…, snapshot=snapshot): the snapshot that the request names', snapshot.id, None, sent.get('snapshot_id')),
    ('snapshot.destroy()', True, 'NotImplementedError', destroyed),
    ('requests that snapshot.destroy() sent', 1, 0, len(cloud.seen)),
])
SCRIPT
