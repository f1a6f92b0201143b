#!/bin/sh
# Ansible's modules for Vultr look for a name on the first page of a list, of 100 unless told otherwise: of a volume beyond it
# `state: present` makes another one in each run, and `state: absent` says "ok" and deletes nothing. To them a 404 is success,
# too: a volume that is attached to an instance that is not there is "changed". Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack_ansible
run <<'SCRIPT'
import json
from urllib.parse import parse_qs, urlsplit
from finding import ansible, collection, stand_in, verdict

volumes = []


def answer(method, target, body):
    """Vultr's volumes: a list, of 100 on a page, one of them, its creation and deletion; there are no instances."""
    place, query = urlsplit(target).path.removeprefix('/blocks').strip('/'), parse_qs(urlsplit(target).query)
    if method == 'POST' and not place:
        volumes.append({'id': 'id-%d' % len(volumes), 'attached_to_instance': '', **json.loads(body)})
        return 202, {'block': volumes[-1]}
    found = [volume for volume in volumes if volume['id'] == place]
    if method == 'POST' or (place and not found):
        return 404, {'error': 'Not found', 'status': 404}
    if place and method == 'GET':
        return 200, {'block': found[0]}
    if place:
        volumes.remove(found[0])
        return 204, None
    first = int(query.get('cursor', ['0'])[0])
    rest = str(first + 100) if len(volumes) > first + 100 else ''
    return 200, {'blocks': volumes[first:first + 100], 'meta': {'total': len(volumes), 'links': {'next': rest, 'prev': ''}}}


cloud = stand_in(answer)


def run(others, state, **options):
    """Whether a run fails or changes something, where there are so many other volumes before `orders`, and how many of that
    name there are then."""
    wanted = {'label': 'orders', 'size_gb': 10, 'region': 'ewr', 'block_type': 'high_perf'}
    before = [{**wanted, 'id': 'other-%d' % count, 'label': 'other-%d' % count, 'attached_to_instance': ''} for count in range(others)]
    volumes[:] = [*before, {**wanted, 'id': 'id-0', 'attached_to_instance': ''}]
    said = ansible('vultr.cloud.block_storage', state=state, api_key='a-key', api_endpoint=cloud.url, **wanted, **options)
    result = 'failed' if said.get('failed') else 'changed' if said['changed'] else 'ok'
    return '%s, volumes: %d' % (result, len(volumes) - others)


verdict([collection('vultr.cloud')], [
    ('state: present of a volume that is there', 'ok, volumes: 1', 'ok, volumes: 1', run(0, 'present')),
    ('state: present where 100 others are before it', 'ok, volumes: 1', 'changed, volumes: 2', run(100, 'present')),
    ('state: absent where 100 others are before it', 'changed, volumes: 0', 'ok, volumes: 1', run(100, 'absent')),
    ('state: present, with attached_to_instance of one that is not there', 'failed, volumes: 1', 'changed, volumes: 1',
     run(0, 'present', attached_to_instance='gone')),
])
SCRIPT
