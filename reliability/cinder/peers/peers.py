"""One task by a Python client, told by the environment; prints one line of JSON: peers.py openstacksdk|cinderclient."""

import json
import os
import resource
import sys
import time
import warnings

warnings.simplefilter('ignore')
TASK, REPEATS = os.environ['TASK'], int(os.environ.get('REPEATS', '1'))
NAME, VOLUME_ID = os.environ.get('NAME'), os.environ.get('VOLUME_ID')


def of_openstacksdk():
    import openstack
    cloud = openstack.connect().block_storage

    def snapshot():
        made = cloud.create_snapshot(volume_id=VOLUME_ID, name=NAME)
        return cloud.wait_for_status(made, 'available', ['error'], interval=2, wait=120).status

    return {'list': lambda: len(list(cloud.volumes())), 'snapshot': snapshot,
            'create': lambda: cloud.create_volume(size=1, name=NAME).id}


def of_cinderclient():
    from cinderclient import client
    from keystoneauth1 import session
    from keystoneauth1.identity import v3
    env = os.environ
    auth = v3.Password(auth_url=env['OS_AUTH_URL'], username=env['OS_USERNAME'], password=env['OS_PASSWORD'],
                       project_id=env['OS_PROJECT_ID'], user_domain_id='default')
    cinder = client.Client('3.70', session=session.Session(auth=auth), region_name=env['OS_REGION_NAME'])
    # It has nothing that waits.
    return {'list': lambda: len(cinder.volumes.list()),
            'snapshot': lambda: cinder.volume_snapshots.create(VOLUME_ID, name=NAME).status,
            'create': lambda: cinder.volumes.create(1, name=NAME).id}


def cpu_ms():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


tasks = {'openstacksdk': of_openstacksdk, 'cinderclient': of_cinderclient}[sys.argv[1]]()
for _ in range(REPEATS):
    started, before = time.monotonic(), cpu_ms()
    try:
        result = tasks[TASK]()
    except Exception as error:
        result = 'failed: %s' % error
    measured = {'result': result, 'cpuMs': cpu_ms() - before, 'ms': (time.monotonic() - started) * 1000}
print(json.dumps(measured))
