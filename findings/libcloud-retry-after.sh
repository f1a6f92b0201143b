#!/bin/sh
# Apache Libcloud, told to repeat what fails, does not repeat what was refused for lack of quota (429), which its Retry is
# written for: the refusal is raised beside what that wraps. Wrapped around a call by hand, Retry waits as long as Retry-After
# says, and where that is longer than its timeout (30 s) gives up then, after the wait, without asking again. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack python3-libcloud python3-requests python3-urllib3 python3-chardet python3-charset-normalizer python3-idna python3-certifi
run <<'SCRIPT'
import os
import time
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider
from libcloud.utils.retry import Retry
from finding import stand_in, verdict


def ask(retry_after, how):
    """What came of listing volumes where the first request is refused, or its connection breaks, after how many requests, and
    whether it was waited for as long as Retry-After says."""
    def answer(method, target, body):
        if len(cloud.seen) > 1:
            return 200, {'volumes': [], 'links': {}, 'meta': {'total': 0}}
        refusal = {'id': 'too_many_requests', 'message': 'API Rate limit exceeded.'}
        return retry_after and (429, refusal, {'retry-after': retry_after})

    cloud = stand_in(answer)
    driver = get_driver(Provider.DIGITAL_OCEAN)('T')
    driver.connection.host, driver.connection.port, driver.connection.secure = '127.0.0.1', cloud.server_port, False
    driver.connection.connect()
    began = time.monotonic()
    try:
        how(driver.list_volumes)
        result = 'answered'
    except Exception as error:
        result = type(error).__name__
    waited = time.monotonic() - began >= float(retry_after or 0)
    return '%s, requests: %d, %s' % (result, len(cloud.seen), 'after the wait' if waited else 'at once')


def told(call):
    os.environ['LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS'] = 'true'
    try:
        return call()
    finally:
        del os.environ['LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS']


def by_hand(timeout):
    return lambda call: Retry(timeout=timeout)(call)()


answered = 'answered, requests: 2, after the wait'
verdict(['apache-libcloud'], [
    ('a connection that breaks, with LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS', answered, answered, ask(None, told)),
    ('429 with Retry-After: 5, with it', answered, 'RateLimitReachedError, requests: 1, at once', ask('5', told)),
    ('429 with Retry-After: 1, by Retry(timeout=30)', answered, answered, ask('1', by_hand(30))),
    ('429 with Retry-After: 3, by Retry(timeout=2)', 'an error at once, or asked again after the wait',
     'RateLimitReachedError, requests: 1, after the wait', ask('3', by_hand(2))),
])
SCRIPT
