#!/bin/sh
# Apache Libcloud says of every cloud's snapshot when it was made, as a datetime, and how large it is, as a whole number of GB.
# So it is on EC2. On DigitalOcean there is no time, and the size is a fraction, what the snapshot takes; on Alibaba the time is
# a text, and there is no size. Sorting by age fails, or comparing with a datetime. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack python3-libcloud python3-requests python3-urllib3 python3-chardet python3-charset-normalizer python3-idna python3-certifi
run <<'SCRIPT'
from libcloud.compute.base import StorageVolume
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider
from finding import stand_in, verdict

made = '2026-11-30T04:05:06Z'
common = {'id': 's', 'name': 'before'}
answers = {
    'digitalocean': {'snapshots': [{**common, 'created_at': made, 'resource_id': 'v', 'regions': ['nyc1'], 'min_disk_size': 10,
                                    'size_gigabytes': 0.6}], 'links': {}, 'meta': {'total': 1}},
    'ec2': b'<Answer xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><snapshotSet><item><snapshotId>s</snapshotId><volumeId>v'
           b'</volumeId><status>completed</status><startTime>%s</startTime><volumeSize>10</volumeSize></item></snapshotSet></Answer>',
    'alibaba': b'<Answer><Snapshots><Snapshot><SnapshotId>s</SnapshotId><CreationTime>%s</CreationTime><SourceDiskSize>10'
               b'</SourceDiskSize><Status>accomplished</Status></Snapshot></Snapshots><TotalCount>1</TotalCount><PageNumber>1'
               b'</PageNumber><PageSize>50</PageSize></Answer>',
}


def snapshot(cloud, provider, *keys, **options):
    """What Libcloud says of the one snapshot of a cloud: the types of its time and size."""
    sent = answers[cloud] % made.encode() if isinstance(answers[cloud], bytes) else answers[cloud]
    server = stand_in(lambda method, target, body: (200, sent))
    driver = get_driver(provider)(*keys, **options)
    driver.connection.host, driver.connection.port, driver.connection.secure = '127.0.0.1', server.server_port, False
    driver.connection.connect()
    found = driver.list_volume_snapshots(StorageVolume('v', 'orders', 10, driver))[0]
    return 'created: %s, size: %s' % (type(found.created).__name__, found.size)


right = 'created: datetime, size: 10'
verdict(['apache-libcloud'], [
    ('EC2', right, right, snapshot('ec2', Provider.EC2, 'K', 'S')),
    ('DigitalOcean', right, 'created: NoneType, size: 0.6', snapshot('digitalocean', Provider.DIGITAL_OCEAN, 'T')),
    ('Alibaba', right, 'created: str, size: None', snapshot('alibaba', Provider.ALIYUN_ECS, 'K', 'S', region='eu-central-1')),
])
SCRIPT
