#!/bin/sh
# Ansible's module for volumes of Hetzner detaches a volume, under a running server, in each task that does not name the
# server: one that makes it larger, or the one that made it, run again. The page says of `server` what it is needed for, and
# nothing of leaving it out; its own tests take that for the way to detach (hetzner.hcloud issue 490). Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack_ansible python3-hcloud python3-dateutil python3-six python3-requests python3-urllib3 python3-chardet \
  python3-charset-normalizer python3-idna python3-certifi
run <<'SCRIPT'
import json
from urllib.parse import urlsplit
from finding import ansible, collection, stand_in, verdict

volume = {}


def answer(method, target, body):
    """Hetzner, with one volume and one server."""
    path = urlsplit(target).path
    if method == 'POST':
        volume.update(json.loads(body or '{}'), **({'server': None} if path.endswith('/detach') else {}))
        return 201, {'action': {'id': 1, 'command': path.rpartition('/')[2], 'status': 'success', 'progress': 100, 'error': None,
                                'started': '2026-11-30T00:00:00+00:00', 'finished': '2026-11-30T00:00:01+00:00', 'resources': []}}
    pages = {'pagination': {'page': 1, 'per_page': 25, 'previous_page': None, 'next_page': None, 'last_page': 1, 'total_entries': 1}}
    if path.startswith('/volumes'):
        return 200, {'volumes': [volume], 'meta': pages}
    server = {'id': 7, 'name': 'database', 'status': 'running', 'volumes': [1]}
    return 200, {'server': server} if path.startswith('/servers/') else {'servers': [server], 'meta': pages}


cloud = stand_in(answer)


def run(**options):
    """What a task says of a volume of 10 GB that is attached, and what was sent for it, but for what was looked at."""
    volume.clear()
    volume.update(id=1, name='orders', size=10, server=7, labels={}, location={'id': 1, 'name': 'fsn1'}, status='available',
                  linux_device='/dev/disk/by-id/orders', protection={'delete': False}, format='ext4', created='2026-11-30T00:00:00+00:00')
    cloud.seen.clear()
    said = ansible('hetzner.hcloud.hcloud_volume', state='present', name='orders', api_token='a-token', endpoint=cloud.url, **options)
    sent = [target.rpartition('/')[2] for method, target, _ in cloud.seen if method != 'GET']
    result = 'failed: %s' % said['msg'] if said.get('failed') else 'changed' if said['changed'] else 'ok'
    return '%s, sent: %s' % (result, ', '.join(sent) or 'nothing')


verdict([collection('hetzner.hcloud'), 'hcloud'], [
    ('name, size and server, as it is', 'ok, sent: nothing', 'ok, sent: nothing', run(size=10, server='database')),
    ('name, size and location, as it was made', 'ok, sent: nothing', 'changed, sent: detach', run(size=10, location='fsn1')),
    ('name, and a size of 20', 'changed, sent: resize', 'changed, sent: resize, detach', run(size=20)),
])
SCRIPT
