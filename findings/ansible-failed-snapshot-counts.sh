#!/bin/sh
# Ansible's module for snapshots on EC2 makes none where the last one is younger than last_snapshot_min_age, and looks at the
# age alone: a snapshot that has failed (error) is enough. Without `wait` the run is "ok", and there is no backup; with it the
# run waits for that one until wait_timeout, fails, and so does each until the age is reached. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack_ansible python3-boto3 python3-botocore python3-s3transfer python3-jmespath python3-dateutil python3-six python3-urllib3
run <<'SCRIPT'
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs
from finding import ansible, collection, stand_in, verdict

made = []


def snapshot(name, state, minutes):
    """One that was begun so many minutes ago."""
    begun = datetime.now(timezone.utc) - timedelta(minutes=minutes)
    return ('<snapshotId>%s</snapshotId><volumeId>vol-1</volumeId><volumeSize>10</volumeSize><status>%s</status><startTime>%s'
            '</startTime><tagSet><item><key>Name</key><value>orders</value></item></tagSet>'
            % (name, state, begun.strftime('%Y-%m-%dT%H:%M:%S.000Z')))


def answer(method, target, body):
    """EC2, with a volume and its snapshots."""
    query = parse_qs(body)
    action = query['Action'][0]
    if action == 'CreateSnapshot':
        made.append(snapshot('snap-new', 'completed', 0))
        inner = made[-1]
    elif action == 'DescribeVolumes':
        inner = '<volumeSet><item><volumeId>vol-1</volumeId><size>10</size><status>available</status></item></volumeSet>'
    else:
        wanted = query.get('SnapshotId.1', [''])[0]
        inner = '<snapshotSet>%s</snapshotSet>' % ''.join('<item>%s</item>' % each for each in made if '>' + wanted in each)
    text = '<Answer xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">%s</Answer>' % inner
    return 200, text.encode(), {'content-type': 'text/xml'}


cloud = stand_in(answer)


def run(state, minutes, wait):
    """What a run says that wants a snapshot of the last hour, where there is one so old, and how many were made."""
    made[:] = [snapshot('snap-old', state, minutes)]
    said = ansible('amazon.aws.ec2_snapshot', volume_id='vol-1', last_snapshot_min_age=60, wait=wait, wait_timeout=6, region='eu-west-1',
                   endpoint_url=cloud.url, access_key='A-key', secret_key='A-secret')
    result = 'failed' if said.get('failed') else 'changed' if said['changed'] else 'ok'
    return '%s, made: %d' % (result, len(made) - 1)


verdict([collection('amazon.aws'), 'boto3'], [
    ('the last one completed 10 minutes ago', 'ok, made: 0', 'ok, made: 0', run('completed', 10, False)),
    ('the last one failed 90 minutes ago', 'changed, made: 1', 'changed, made: 1', run('error', 90, False)),
    ('the last one failed 10 minutes ago', 'changed, made: 1', 'ok, made: 0', run('error', 10, False)),
    ('the same, with wait', 'changed, made: 1', 'failed, made: 0', run('error', 10, True)),
])
SCRIPT
