#!/bin/sh
# python-digitalocean follows the pages of a list, and looks at the status of the first one alone: where a further page is
# refused (429, 503), what had come by then is returned as the whole list, without an error. Debian 12's.
. "$(dirname -- "$0")/lib/python.sh"
unpack python3-digitalocean python3-jsonpickle python3-requests python3-urllib3 python3-chardet python3-charset-normalizer python3-idna python3-certifi
run <<'SCRIPT'
from urllib.parse import parse_qs, urlsplit
import digitalocean
from finding import stand_in, verdict

volumes = [{'id': 'volume-%d' % count, 'name': 'volume-%d' % count, 'size_gigabytes': 1} for count in range(1, 451)]
refusals = {
    429: {'id': 'too_many_requests', 'message': 'API Rate limit exceeded.'},
    503: {'id': 'service_unavailable', 'message': 'Server was unable to give you a response.'},
}


def list_volumes(refused, status):
    """What a list of 450 volumes, 200 on a page, comes to where a page is refused with a status."""
    def answer(method, target, body):
        query = parse_qs(urlsplit(target).query)
        page, size = int(query.get('page', ['1'])[0]), int(query['per_page'][0])
        if page == refused:
            return status, refusals[status]
        following = '%s/v2/volumes?page=%d&per_page=%d' % (cloud.url, page + 1, size)
        links = {'pages': {'next': following}} if page * size < len(volumes) else {}
        return 200, {'volumes': volumes[(page - 1) * size:page * size], 'links': links, 'meta': {'total': len(volumes)}}

    cloud = stand_in(answer)
    manager = digitalocean.Manager(token='T')
    manager.end_point = cloud.url + '/v2/'
    try:
        return '%d volumes' % len(manager.get_all_volumes())
    except digitalocean.DataReadError as error:
        return 'DataReadError: %s' % error


verdict(['python-digitalocean'], [
    ('get_all_volumes() of 450 volumes', '450 volumes', '450 volumes', list_volumes(None, 200)),
    ('where the first page is refused with 429', 'DataReadError: API Rate limit exceeded.',
     'DataReadError: API Rate limit exceeded.', list_volumes(1, 429)),
    ('where the second page is refused with 429', 'DataReadError: API Rate limit exceeded.', '200 volumes', list_volumes(2, 429)),
    ('where the third page is refused with 503', 'DataReadError: Server was unable to give you a response.', '400 volumes',
     list_volumes(3, 503)),
])
SCRIPT
