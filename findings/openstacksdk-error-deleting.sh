#!/bin/sh
# To openstacksdk only "error" is an end that is no success: a deletion that Cinder gives up (error_deleting) and growth that it
# gives up (error_extending) are waited for until the time is over, and end as a timeout. A create that fails ends at once.
# Debian 12's python3-openstacksdk.
. "$(dirname -- "$0")/lib/python.sh"
/usr/bin/python3 -W ignore -c 'import openstack' 2>/dev/null || {
  echo "this finding needs Debian's python3-openstacksdk" >&2
  exit 2
}
run <<'SCRIPT'
from urllib.parse import urlsplit
from finding import stand_in, verdict
from keystone import keystone, login

import openstack

given_up = {'DELETE': 'error_deleting', 'POST': 'error_extending'}


def answer(method, target, body):
    """Cinder, which accepts each change, and gives it up at once."""
    said = keystone(cloud.url, method, target)
    if said:
        return said
    path = urlsplit(target).path
    if path.endswith('/volumes/v') and method == 'GET':
        looks.append(volume['status'])
        return 200, {'volume': volume}
    if path.endswith('/detail') or method == 'GET':
        return 200, {'volumes': [volume]}
    accepted = {**volume, 'status': 'creating'}
    volume['status'] = 'error' if path.endswith('/volumes') else given_up[method]
    return 202, {'volume': accepted}


volume, looks = {'id': 'v', 'name': 'db', 'size': 1}, []
cloud = stand_in(answer)
connection = openstack.connect(auth=login(cloud.url), region_name='one')


def ends(call):
    """How a wait of at most six seconds ends, and after how many looks at a volume that has come to its end."""
    volume['status'] = 'available'
    looks.clear()
    try:
        call()
        result = 'success'
    except Exception as error:
        result = type(error).__name__
    seen = sum(status.startswith('error') for status in looks)
    return '%s, looks: %s' % (result, 'one' if seen <= 1 else 'several')


def grow():
    connection.block_storage.extend_volume('v', 2)
    connection.block_storage.wait_for_status(connection.block_storage.get_volume('v'), 'available', interval=1, wait=6)


verdict(['openstacksdk'], [
    ('a create that ends in error', 'ResourceFailure, looks: one', 'ResourceFailure, looks: one',
     ends(lambda: connection.create_volume(1, name='db', wait=True, timeout=6))),
    ('delete_volume, ending in error_deleting', 'ResourceFailure, looks: one', 'ResourceTimeout, looks: several',
     ends(lambda: connection.delete_volume('v', wait=True, timeout=6))),
    ('extend_volume and wait_for_status, ending in error_extending', 'ResourceFailure, looks: one', 'ResourceTimeout, looks: several',
     ends(grow)),
])
SCRIPT
