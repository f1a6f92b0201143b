#!/bin/sh
# openstacksdk sends a POST again when the connection breaks after the service has it: two volumes, of which it reports
# one. It is told to repeat nothing (connect_retries 0) and does so all the same. python-cinderclient, told the same,
# raises its error. Both as Debian 12 ships them: python3-openstacksdk, python3-cinderclient.
. "$(dirname -- "$0")/lib/python.sh"
/usr/bin/python3 -W ignore -c 'import openstack, cinderclient' 2>/dev/null || {
  echo "this finding needs Debian's python3-openstacksdk and python3-cinderclient" >&2
  exit 2
}
run <<'SCRIPT'
import json
import openstack
from cinderclient import client
from keystoneauth1 import session
from keystoneauth1.identity import v3
from finding import stand_in, verdict
from keystone import keystone, login

made = []


def answer(method, target, body):
    """Cinder, which carries the first create out and does not answer it."""
    said = keystone(cloud.url, method, target)
    if said:
        return said
    made.append('volume-%d' % (len(made) + 1))
    return len(made) > 1 and (202, {'volume': {**json.loads(body)['volume'], 'id': made[-1], 'status': 'creating'}}) or None


cloud = stand_in(answer)
auth = login(cloud.url)


def create(call):
    """What one create returns, and how many volumes there are then."""
    made.clear()
    try:
        result = call().id
    except Exception as error:
        result = type(error).__name__
    return '%s, volumes: %d' % (result, len(made))


def with_openstacksdk():
    connection = openstack.connect(auth=auth, region_name='one', block_storage_connect_retries=0, connect_retries=0)
    return connection.block_storage.create_volume(size=1, name='data')


def with_cinderclient():
    logged_in = session.Session(auth=v3.Password(**auth))
    return client.Client('3.70', session=logged_in, region_name='one', connect_retries=0).volumes.create(1, name='data')


failed = 'ConnectFailure, volumes: 1'
verdict(['openstacksdk', 'python-cinderclient', 'keystoneauth1'], [
    ('a create of openstacksdk whose answer is lost', failed, 'volume-2, volumes: 2', create(with_openstacksdk)),
    ('one of python-cinderclient', failed, failed, create(with_cinderclient)),
])
SCRIPT
