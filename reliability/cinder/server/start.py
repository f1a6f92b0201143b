"""Starts Keystone and Cinder in a folder and prints how to reach them: `pnpm cinder start`."""

import argparse
import configparser
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import common
from accounts import Accounts, NoAccounts, make_room
from common import Failure, NotHere, call, run, say

HERE = os.path.dirname(os.path.abspath(__file__))
# Debian's own: the packages are built for it, whatever python3 the PATH finds first.
PYTHON = '/usr/bin/python3'


def main():
    parser = argparse.ArgumentParser(prog='pnpm cinder start')
    parser.add_argument('--dir', default=common.DEFAULT_DIR)
    parser.add_argument('--fresh', action='store_true', help='throw away what the folder holds')
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--keystone-port', type=int, default=0)
    parser.add_argument('--auth', choices=['keystone', 'noauth'], default='keystone')
    parser.add_argument('--set', action='append', default=[], metavar='SECTION.KEY=VALUE',
                        help='a setting of cinder.conf')
    options = parser.parse_args()
    folder = os.path.abspath(options.dir)

    if options.fresh:
        common.end_all(folder)
        shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(os.path.join(folder, 'state'), exist_ok=True)

    ready = os.path.join(folder, common.READY)
    server = Servers(folder, options)
    if not (os.path.exists(ready) and all(common.pid_of(folder, name) for name in server.names)):
        common.end_all(folder)
        try:
            common.save(ready, server.start())
        except BaseException:
            common.end_all(folder)
            raise
    print(json.dumps(common.load(ready), indent=2))


def free_port(wanted):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('127.0.0.1', wanted))
        except OSError:
            raise Failure('port %s is taken' % wanted)
        return probe.getsockname()[1]


def package_version(name):
    done = subprocess.run(['dpkg-query', '-W', '-f=${Version}', name], stdout=subprocess.PIPE)
    return done.stdout.decode() or None


class Servers:
    def __init__(self, folder, options):
        self.dir, self.settings = folder, options.set
        # The ports and the password are kept: the identity database holds them.
        self.kept = self.once('kept.json', lambda: {
            'port': options.port or free_port(0), 'keystone_port': options.keystone_port or free_port(0),
            'password': secrets.token_hex(12), 'auth': options.auth})
        self.root = 'http://127.0.0.1:%s' % self.kept['port']
        self.with_keystone = self.kept['auth'] == 'keystone'
        self.names = common.NAMES if self.with_keystone else ('cinder',)
        self.auth_url = 'http://127.0.0.1:%s/v3' % self.kept['keystone_port'] if self.with_keystone else None
        self.accounts = (Accounts(self.root, self.auth_url, self.kept['password']) if self.with_keystone
                         else NoAccounts(self.root))

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def once(self, name, make):
        if not os.path.exists(self.path(name)):
            common.save(self.path(name), make())
        return common.load(self.path(name))

    def start(self):
        began = time.monotonic()
        self.unpack_packaged_configuration()
        database = self.render('cinder.conf', self.settings)
        os.environ['PYTHONPATH'] = HERE
        os.environ['no_proxy'] = '127.0.0.1'
        preparations = [self.prepare('cinder.db', ['cinder', 'db', 'sync'])]
        if self.with_keystone:
            self.render('keystone.conf', [])
            for keys in ('fernet-keys', 'credential-keys'):
                os.makedirs(self.path(keys), mode=0o700, exist_ok=True)
            preparations.append(self.prepare('keystone.db', ['keystone', 'db_sync']))
        for finish in preparations:
            finish()
        if self.with_keystone:
            self.once('identity.json', self.bootstrap)
            self.spawn('keystone', ['keystone_service.py', str(self.kept['keystone_port'])])
            self.wait('keystone', self.auth_url, (200,))
        self.spawn('cinder', ['cinder_services.py', '--config-file', self.path('cinder.conf')])
        made = self.once('accounts.json', self.accounts.make)
        self.wait('cinder', self.root + '/', (300,))
        self.wait_for_backend()
        self.once('room.json', lambda: make_room(self.accounts.admin(), made['users']))
        seconds = round(time.monotonic() - began, 1)
        say('ready after %s s' % seconds)
        first = made['users'][0]
        return {'url': '%s/v3/%s' % (self.root, first['project_id']), 'root': self.root, 'auth_url': self.auth_url,
                'auth': self.kept['auth'], 'user': first['name'], 'password': first['password'],
                'project': first['project'], 'project_id': first['project_id'], 'domain': 'Default', 'region': 'local',
                **made, 'dir': self.dir, 'data_dir': self.path('data'), 'database': database, 'log': self.path('cinder.log'),
                'pids': {name: common.pid_of(self.dir, name) for name in common.NAMES}, 'seconds': seconds,
                'version': package_version('python3-cinder'), 'keystone_version': package_version('python3-keystone')}

    # ---- configuration and databases

    def unpack_packaged_configuration(self):
        """Two shipped files that the library package lacks, taken out of cinder-common without installing it."""
        names = ('api-paste.ini', 'resource_filters.json')
        if all(os.path.exists(self.path(name)) for name in names):
            return
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            try:
                run('fetching cinder-common',
                    ['apt-get', '-qq', '-o', 'APT::Sandbox::User=root', 'download', 'cinder-common'], cwd=folder)
            except Failure as failure:
                raise NotHere(str(failure))
            package = os.path.join(folder, os.listdir(folder)[0])
            run('unpacking cinder-common', ['dpkg-deb', '-x', package, os.path.join(folder, 'x')])
            for source in ('usr/share/cinder-common/api-paste.ini', 'etc/cinder/resource_filters.json'):
                shutil.copy(os.path.join(folder, 'x', source), self.dir)

    def render(self, name, settings):
        with open(os.path.join(HERE, 'templates', name)) as file:
            text = file.read()
        values = {'dir': self.dir, 'port': self.kept['port'], 'auth': self.kept['auth'], 'auth_url': self.auth_url,
                  'password': self.kept['password']}
        for kind in common.NAMES:
            values[kind + '_db'] = 'sqlite:///%s?timeout=60&check_same_thread=false' % self.path(kind + '.db')
        parser = configparser.RawConfigParser(default_section='')
        parser.read_string(text.format(**values))
        for setting in settings:
            key, _, value = setting.partition('=')
            section, _, key = key.rpartition('.')
            section = section or 'DEFAULT'
            if not parser.has_section(section):
                parser.add_section(section)
            parser.set(section, key, value)
        with open(self.path(name), 'w') as file:
            parser.write(file)
        return parser.get('database', 'connection')

    def manage(self, program, *arguments):
        code = 'from %s.cmd.manage import main; main()' % program
        return [PYTHON, '-W', 'ignore', '-c', code, '--config-file', self.path(program + '.conf'), *arguments]

    def prepare(self, database, command):
        """Begins making a database, and gives back what waits for it."""
        done = self.path(database + '.done')
        if os.path.exists(done):
            return lambda: None
        if os.path.exists(self.path(database)):
            os.unlink(self.path(database))
        say('making %s' % database)
        log = self.path(database + '.log')
        with open(log, 'w') as file:
            process = subprocess.Popen(self.manage(*command), stdin=subprocess.DEVNULL, stdout=file, stderr=file)

        def finish():
            if process.wait() != 0:
                raise Failure('%s failed:\n%s' % (' '.join(command), common.tail(log)))
            # Readers and a writer at the same time: without it, requests answer 500 "database is locked".
            if os.path.exists(self.path(database)):
                sqlite3.connect(self.path(database)).execute('PRAGMA journal_mode=WAL')
            open(done, 'w').close()
        return finish

    def bootstrap(self):
        for keys in ('fernet_setup', 'credential_setup'):
            run(keys, self.manage('keystone', keys, '--keystone-user', str(os.getuid()), '--keystone-group', str(os.getgid())))
        urls = [word for kind in ('public', 'internal', 'admin') for word in ('--bootstrap-%s-url' % kind, self.auth_url)]
        run('bootstrap', self.manage('keystone', 'bootstrap', '--bootstrap-password', self.kept['password'],
                                     '--bootstrap-region-id', 'local', *urls))

    # ---- processes

    def spawn(self, name, command):
        with open(self.path(name + '.out'), 'w') as out:
            process = subprocess.Popen(
                [PYTHON, '-W', 'ignore', os.path.join(HERE, command[0]), *command[1:]], stdin=subprocess.DEVNULL,
                stdout=out, stderr=out, start_new_session=True, cwd=self.dir,
                env={**os.environ, 'OS_KEYSTONE_CONFIG_DIR': self.dir})
        common.write_pid(self.dir, name, process.pid)

    def not_ready(self, name, why, deadline):
        """Raises when it is too late to go on waiting; else lets a moment pass."""
        if common.pid_of(self.dir, name) is None or time.monotonic() > deadline:
            raise Failure('%s is not ready (%s)\n%s%s' % (
                name, why, common.tail(self.path(name + '.out')), common.tail(self.path(name + '.log'))))
        time.sleep(0.1)

    def wait(self, name, url, expect, patience=300):
        deadline = time.monotonic() + patience
        while True:
            try:
                return call('GET', url, expect=expect)
            except (OSError, Failure) as error:
                self.not_ready(name, error, deadline)

    def wait_for_backend(self, patience=300):
        token, url = self.accounts.admin()
        deadline = time.monotonic() + patience
        while True:
            services = call('GET', url + '/os-services', None, token)[1]['services']
            pools = call('GET', url + '/scheduler-stats/get_pools', None, token)[1]['pools']
            up = {one['binary'] for one in services if one['state'] == 'up'}
            if pools and {'cinder-volume', 'cinder-scheduler'} <= up:
                return
            self.not_ready('cinder', 'up: %s' % sorted(up), deadline)


if __name__ == '__main__':
    try:
        main()
    except NotHere as reason:
        say(str(reason))
        sys.exit(3)
    except Failure as failure:
        say(str(failure))
        sys.exit(1)
