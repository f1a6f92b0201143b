#!/bin/sh
# To an administrator, `openstack volume delete db` and `cinder delete db` delete the db of any project where one's own has
# none, although `openstack volume list` of the same login shows no such volume: they look for the name with all_tenants=1.
# openstacksdk looks in the project that one has logged in to. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
/usr/bin/python3 -W ignore -c 'import openstackclient, cinderclient, openstack' 2>/dev/null || {
  echo "this finding needs Debian's python3-openstackclient, python3-cinderclient and python3-openstacksdk" >&2
  exit 2
}
run <<'SCRIPT'
import json
import os
import subprocess
from urllib.parse import parse_qs, urlsplit
from finding import stand_in, verdict
from keystone import keystone, login

volumes = {}


def answer(method, target, body):
    """Cinder, as it answers an administrator: of all projects where asked for all_tenants, and of its own otherwise."""
    said = keystone(cloud.url, method, target)
    if said:
        return said
    name = urlsplit(target).path.removeprefix('/v3/p/volumes').strip('/')
    query = {key: values[0] for key, values in parse_qs(urlsplit(target).query).items()}
    if method == 'GET' and name in ('', 'detail'):
        found = [volume for volume in volumes.values() if query.get('all_tenants') == '1' or volume['os-vol-tenant-attr:tenant_id'] == 'p']
        return 200, {'volumes': [volume for volume in found if query.get('name', volume['name']) == volume['name']]}
    if name not in volumes:
        return 404, {'itemNotFound': {'code': 404, 'message': 'Volume %s could not be found.' % name}}
    return (200, {'volume': volumes[name]}) if method == 'GET' else (202, volumes.pop(name) and None)


cloud = stand_in(answer)
for name, value in login(cloud.url).items():
    os.environ['OS_' + name.upper()] = value
os.environ.update(OS_IDENTITY_API_VERSION='3', OS_VOLUME_API_VERSION='3', OS_REGION_NAME='one')

import openstack


def seen(call):
    """What a call says, in a project that has no volume, and what is left of the other's db."""
    volumes.clear()
    volumes['v-1'] = {'id': 'v-1', 'name': 'db', 'size': 1, 'status': 'available', 'attachments': [], 'volume_type': 'x',
                      'os-vol-tenant-attr:tenant_id': 'another-project'}
    return '%s; the other project has %s' % (call(), ', '.join(volume['name'] for volume in volumes.values()) or 'none')


def command(*words):
    said = subprocess.run(words, capture_output=True, text=True)
    return 'ends with %d' % said.returncode


listed = '0 volumes; the other project has db'
refused, deleted = 'ends with 1; the other project has db', 'ends with 0; the other project has none'
verdict(['python-openstackclient', 'python-cinderclient', 'openstacksdk'], [
    ('openstack volume list', listed, listed,
     seen(lambda: '%d volumes' % len(json.loads(subprocess.check_output(['openstack', 'volume', 'list', '-f', 'json']))))),
    ('openstack volume delete db', refused, deleted, seen(lambda: command('openstack', 'volume', 'delete', 'db'))),
    ('cinder delete db', refused, deleted, seen(lambda: command('cinder', 'delete', 'db'))),
    ('delete_volume("db") of openstacksdk', 'False; the other project has db', 'False; the other project has db',
     seen(lambda: openstack.connect().delete_volume('db'))),
])
SCRIPT
