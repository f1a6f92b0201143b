#!/bin/sh
# Ansible's module for volumes of DigitalOcean says "ok" of an attachment, or a detachment, that was refused with 422: the
# Droplet may be in another region, or have all the volumes that it can have. The next task goes on without the disk.
# A refusal with another status fails. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack_ansible
run <<'SCRIPT'
from urllib.parse import urlsplit
from finding import ansible, collection, stand_in, verdict

refusal = {'id': 'unprocessable_entity', 'message': 'Droplet already has the maximum number of attached volumes.'}


def answer(method, target, body):
    """DigitalOcean, with a volume that is not attached, that refuses attachments with `status`."""
    path = urlsplit(target).path
    if path == '/account':
        return 200, {'account': {'status': 'active'}}
    if path == '/volumes':
        return 200, {'volumes': [{'id': 'v', 'name': 'orders', 'droplet_ids': [], 'size_gigabytes': 10}]}
    return status, refusal


cloud = stand_in(answer)


def attach(refused_with, state):
    global status
    status = refused_with
    said = ansible('community.digitalocean.digital_ocean_block_storage', command='attach', state=state, region='nyc1',
                   volume_name='orders', droplet_id=1001, oauth_token='a-token', baseurl=cloud.url)
    return 'failed: %s' % said['msg'] if said.get('failed') else 'changed' if said['changed'] else 'ok'



failed = 'failed: ' + refusal['message']
verdict([collection('community.digitalocean')], [
    ('an attachment that is refused with 403', failed, failed, attach(403, 'present')),
    ('one that is refused with 422', failed, 'ok', attach(422, 'present')),
    ('a detachment that is refused with 422', failed, 'ok', attach(422, 'absent')),
])
SCRIPT
