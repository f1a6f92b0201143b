#!/bin/sh
# Apache Libcloud, told to repeat what fails, does not repeat what was refused for lack of quota (429), which its Retry is
# written for: the refusal is raised beside what that wraps. Wrapped around a call by hand, Retry waits as long as Retry-After
# says, and where that is longer than its timeout (30 s) gives up then, after the wait, without asking again. Debian 12's.
. "$(dirname -- "$0")/lib/debian.sh"
unpack python3-libcloud python3-requests python3-urllib3 python3-chardet python3-charset-normalizer python3-idna python3-certifi
/usr/bin/python3 -W ignore - <<'SCRIPT'
import json
import os
import platform
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import libcloud
from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider
from libcloud.utils.retry import Retry


class Cloud(BaseHTTPRequestHandler):
    """Refuses the first request, or breaks its connection, and answers each further one."""
    asked = 0
    retry_after = None

    def do_GET(self):
        Cloud.asked += 1
        is_first = Cloud.asked == 1
        if is_first and self.retry_after is None:
            return self.connection.shutdown(2)
        body = json.dumps({'id': 'too_many_requests', 'message': 'API Rate limit exceeded.'} if is_first else
                          {'volumes': [], 'links': {}, 'meta': {'total': 0}}).encode()
        self.send_response(429 if is_first else 200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        if is_first:
            self.send_header('retry-after', self.retry_after)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(('127.0.0.1', 0), Cloud)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(retry_after, how):
    """What came of listing volumes, after how many requests, and whether it was waited for as long as Retry-After says."""
    Cloud.asked, Cloud.retry_after = 0, retry_after
    driver = get_driver(Provider.DIGITAL_OCEAN)('T')
    driver.connection.host, driver.connection.port, driver.connection.secure = '127.0.0.1', server.server_port, False
    driver.connection.connect()
    began = time.monotonic()
    try:
        how(driver.list_volumes)
        result = 'answered'
    except Exception as error:
        result = type(error).__name__
    waited = time.monotonic() - began >= float(retry_after or 0)
    return '%s, requests: %d, %s' % (result, Cloud.asked, 'after the wait' if waited else 'at once')


def told(call):
    os.environ['LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS'] = 'true'
    try:
        return call()
    finally:
        del os.environ['LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS']


def by_hand(timeout):
    return lambda call: Retry(timeout=timeout)(call)()


answered = 'answered, requests: 2, after the wait'
rows = [
    ('a connection that breaks, with LIBCLOUD_RETRY_FAILED_HTTP_REQUESTS', answered, answered, ask(None, told)),
    ('429 with Retry-After: 5, with it', answered, 'RateLimitReachedError, requests: 1, at once', ask('5', told)),
    ('429 with Retry-After: 1, by Retry(timeout=30)', answered, answered, ask('1', by_hand(30))),
    ('429 with Retry-After: 3, by Retry(timeout=2)', 'an error at once, or asked again after the wait',
     'RateLimitReachedError, requests: 1, after the wait', ask('3', by_hand(2))),
]
print('apache-libcloud %s, on Python %s' % (libcloud.__version__, platform.python_version()))
changed = 0
for what, expected, found, seen in rows:
    changed += seen != found
    print('\n%s\n  one would expect: %s\n  seen:             %s' % (what, expected, seen))
    if seen != found:
        print('  this finding says: %s' % found)
print('\nThe finding holds.' if not changed else '\nTHE BEHAVIOUR HAS CHANGED.')
sys.exit(1 if changed else 0)
SCRIPT
