#!/bin/sh
# Ansible's module for volumes of CloudStack compares names in small letters, and takes the first that fits: told to delete
# "db", it deletes "DB" where that is listed first, and where there is no "db" at all. CloudStack keeps both apart. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack_ansible python3-cs python3-tz python3-requests python3-urllib3 python3-chardet python3-charset-normalizer python3-idna \
  python3-certifi
run <<'SCRIPT'
from urllib.parse import parse_qs, urlsplit
from finding import ansible, collection, stand_in, verdict

volumes = []


def answer(method, target, body):
    """CloudStack, with the volumes of a zone."""
    query = {key.lower(): values[0] for key, values in parse_qs(urlsplit(target).query or body).items()}
    command = query['command']
    if command == 'listZones':
        result = {'count': 1, 'zone': [{'id': 'z', 'name': 'one'}]}
    elif command == 'listVolumes':
        result = {'count': len(volumes), 'volume': [{'id': 'id-of-' + name, 'name': name, 'size': 1073741824} for name in volumes]}
    else:
        volumes.remove(query['id'].removeprefix('id-of-'))
        result = {'success': True}
    return 200, {command.lower() + 'response': result}


cloud = stand_in(answer)


def delete(name, among):
    """What a deletion says, and the volumes that are left."""
    volumes[:] = among
    said = ansible('ngine_io.cloudstack.cs_volume', name=name, state='absent', zone='one', api_key='A-key', api_secret='A-secret',
                   api_url=cloud.url + '/client/api')
    result = 'failed: %s' % said['msg'] if said.get('failed') else 'changed' if said['changed'] else 'ok'
    return '%s, left: %s' % (result, ', '.join(volumes) or 'none')


verdict([collection('ngine_io.cloudstack'), 'cs'], [
    ('state: absent of db, where there are db and web', 'changed, left: web', 'changed, left: web', delete('db', ['db', 'web'])),
    ('where there are DB and db', 'changed, left: DB', 'changed, left: db', delete('db', ['DB', 'db'])),
    ('where there is DB', 'ok, left: DB', 'changed, left: none', delete('db', ['DB'])),
])
SCRIPT
