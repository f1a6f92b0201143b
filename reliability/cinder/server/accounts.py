"""Who may do what: users, projects, the catalogue, quotas and a second volume type."""

import hashlib

from common import call

BIG = 1000000
# name, project, role. `small` keeps the shipped quotas: 10 volumes, 10 snapshots, 1000 GB.
USERS = (('demo', 'demo', 'member'), ('reader', 'demo', 'reader'), ('other', 'other', 'member'), ('small', 'small', 'member'))
PROJECTS = ('demo', 'other', 'small')


class NoAccounts:
    """Without Keystone everybody is an administrator, a token is USER:PROJECT, and a project's id is hexadecimal."""

    def __init__(self, root):
        self.root = root

    def make(self):
        ids = {name: hashlib.md5(name.encode()).hexdigest() for name in PROJECTS}
        return {'users': [{'name': name, 'id': name, 'password': None, 'project': name, 'project_id': ids[name],
                           'role': 'admin', 'token': '%s:%s' % (name, ids[name])} for name in PROJECTS]}

    def admin(self):
        demo = self.make()['users'][0]
        return demo['token'], '%s/v3/%s' % (self.root, demo['project_id'])


class Accounts:
    """In Keystone, all with the same password."""

    def __init__(self, root, auth_url, password):
        self.root, self.auth_url, self.password = root, auth_url, password

    def token(self, user, project):
        default = {'name': 'Default'}
        headers, answer = call('POST', self.auth_url + '/auth/tokens', {'auth': {
            'identity': {'methods': ['password'], 'password': {
                'user': {'name': user, 'domain': default, 'password': self.password}}},
            'scope': {'project': {'name': project, 'domain': default}}}})
        return headers['X-Subject-Token'], answer['token']

    def admin(self):
        """A token and the address of Cinder for an administrator."""
        token, details = self.token('admin', 'admin')
        return token, '%s/v3/%s' % (self.root, details['project']['id'])

    def make(self):
        token, admin = self.token('admin', 'admin')

        def post(kind, **fields):
            return call('POST', '%s/%ss' % (self.auth_url, kind), {kind: fields}, token)[1][kind]

        roles = {role['name']: role['id'] for role in call('GET', self.auth_url + '/roles', None, token)[1]['roles']}
        projects = {name: post('project', name=name, domain_id='default')['id'] for name in ('service', *PROJECTS)}
        users = []
        for name, project, role in (('cinder', 'service', 'admin'), *USERS):
            user = post('user', name=name, domain_id='default', password=self.password)
            call('PUT', '%s/projects/%s/users/%s/roles/%s' % (self.auth_url, projects[project], user['id'], roles[role]),
                 None, token)
            users.append(self.described(name, user['id'], project, projects[project], role))
        users.append(self.described('admin', admin['user']['id'], 'admin', admin['project']['id'], 'admin'))
        self.make_catalogue(post)
        return {'users': users[1:], 'application_credential': self.make_credential(users[1]['id'])}

    def described(self, name, user_id, project, project_id, role):
        return {'name': name, 'id': user_id, 'password': self.password, 'project': project, 'project_id': project_id,
                'role': role}

    def make_catalogue(self, post):
        """Both service types, as clouds have them."""
        for kind, name in (('block-storage', 'cinder'), ('volumev3', 'cinderv3')):
            service = post('service', type=kind, name=name)
            for interface in ('public', 'internal', 'admin'):
                post('endpoint', service_id=service['id'], interface=interface, region_id='local',
                     url=self.root + '/v3/$(project_id)s')

    def make_credential(self, user_id):
        token, _ = self.token('demo', 'demo')
        made = call('POST', '%s/users/%s/application_credentials' % (self.auth_url, user_id),
                    {'application_credential': {'name': 'polyvol'}}, token)[1]['application_credential']
        return {'id': made['id'], 'secret': made['secret']}


def make_room(admin, users):
    """Quotas for demo and other, and a multiattach type."""
    token, url = admin
    for user in users:
        if user['name'] in ('demo', 'other'):
            call('PUT', '%s/os-quota-sets/%s' % (url, user['project_id']),
                 {'quota_set': {'volumes': BIG, 'snapshots': BIG, 'gigabytes': BIG}}, token)
    call('POST', url + '/types',
         {'volume_type': {'name': 'multiattach', 'extra_specs': {'multiattach': '<is> True'}}}, token)
