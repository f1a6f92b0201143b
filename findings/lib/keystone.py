"""A Keystone with one endpoint: a Cinder of a project `p`, which the caller answers for."""


def keystone(url, method, target):
    """What Keystone and the versions of Cinder say to a request, or None where it is one to volumes."""
    path = target.partition('?')[0]
    links = [{'rel': 'self', 'href': url + '/v3/'}]
    if path.startswith('/v3/p/'):
        return None
    if method == 'POST':
        endpoint = {'interface': 'public', 'region': 'one', 'region_id': 'one', 'id': 'e', 'url': url + '/v3/p'}
        domain = {'id': 'default', 'name': 'Default'}
        catalog = [{'type': kind, 'name': 'cinder', 'id': kind, 'endpoints': [endpoint]} for kind in ('block-storage', 'volumev3')]
        return 201, {'token': {
            'methods': ['password'], 'issued_at': '2026-01-01T00:00:00.000000Z', 'expires_at': '2099-01-01T00:00:00.000000Z',
            'catalog': catalog, 'roles': [{'id': 'r', 'name': 'admin'}], 'user': {'id': 'u', 'name': 'u', 'domain': domain},
            'project': {'id': 'p', 'name': 'p', 'domain': domain},
        }}, {'x-subject-token': 'T'}
    if path.startswith('/identity'):
        links[0]['href'] = url + '/identity/v3/'
        return 200, {'version': {'id': 'v3.14', 'status': 'stable', 'links': links}}
    return 200, {'versions': [{'id': 'v3.0', 'status': 'CURRENT', 'version': '3.70', 'min_version': '3.0', 'links': links}]}


def login(url):
    """What clients of OpenStack are told to log in."""
    return {'auth_url': url + '/identity/v3', 'username': 'u', 'password': 'P', 'project_name': 'p', 'user_domain_id': 'default',
            'project_domain_id': 'default'}
