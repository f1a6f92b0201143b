#!/bin/sh
# Ansible's module for volumes of Scaleway says that it knows the dry run (--check), and looks at it only before it deletes: a
# dry run that is to create makes the volume. It looks for that name on the first page of the list alone, so with more than 50
# volumes each run, dry or not, makes one more of the same name. Debian 12's; only the address that it asks is another.
. "$(dirname -- "$0")/lib/python.sh"
unpack_ansible
run <<'SCRIPT'
import json
import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from finding import ansible, collection, stand_in, verdict

volumes = []


def answer(method, target, body):
    """Scaleway's list, of 50 on a page unless told otherwise, and its creation."""
    if method == 'POST':
        volumes.append({'id': 'volume-%d' % (len(volumes) + 1), **json.loads(body)})
        return 201, {'volume': volumes[-1]}
    query = parse_qs(urlsplit(target).query)
    first = 50 * (int(query.get('page', ['1'])[0]) - 1)
    return 200, {'volumes': volumes[first:first + 50]}, {'x-total-count': str(len(volumes))}


cloud = stand_in(answer)
addresses = Path(os.environ['PYTHONPATH'], 'ansible_collections/community/general/plugins/module_utils/scaleway.py')
addresses.write_text(addresses.read_text().replace('https://api.scaleway.com', cloud.url))
of_project = {'project': 'a-project'}
volume = {'name': 'orders', 'size': 10_000_000_000, 'volume_type': 'b_ssd', 'region': 'par1', 'api_token': 'a-token', **of_project}


def run(others, **how):
    """What `state: present` says where there are so many other volumes, and how many of that name there are then."""
    volumes[:] = [{'id': 'other-%d' % count, 'name': 'other-%d' % count, **of_project} for count in range(others)]
    said = [ansible('community.general.scaleway_volume', state='present', **volume, **how)['changed'] for run in range(2)]
    return 'changed: %s, volumes: %d' % (', '.join(map(str, said)), len(volumes) - others)


verdict([collection('community.general')], [
    ('two dry runs of state: present', 'changed: True, True, volumes: 0', 'changed: True, False, volumes: 1', run(0, check=True)),
    ('two runs', 'changed: True, False, volumes: 1', 'changed: True, False, volumes: 1', run(0)),
    ('two runs where there are 50 other volumes', 'changed: True, False, volumes: 1', 'changed: True, True, volumes: 2', run(50)),
])
SCRIPT
