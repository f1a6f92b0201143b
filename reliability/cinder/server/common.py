"""What start.py and stop.py share: where the state is, processes by pid, one HTTP call."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

DEFAULT_DIR = os.environ.get('POLYVOL_CINDER_DIR') or os.path.join(tempfile.gettempdir(), 'polyvol-cinder')
NAMES = ('cinder', 'keystone')
# What tests read: there while the servers run.
READY = 'server.json'


class Failure(Exception):
    pass


class NotHere(Failure):
    """Nothing is broken: this machine cannot have the servers."""


def say(text):
    print('cinder: ' + text, file=sys.stderr, flush=True)


# ---- processes

def pid_of(folder, name):
    """The pid of a process that this folder's start began and that still runs, else None."""
    try:
        with open(os.path.join(folder, name + '.pid')) as file:
            pid, started = file.read().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if start_time(pid) == started else None


def start_time(pid):
    """When the kernel started that pid: a pid that was given to another process later does not match."""
    try:
        with open('/proc/%s/stat' % pid) as file:
            fields = file.read().rpartition(')')[2].split()
    except FileNotFoundError:
        return None
    return None if fields[0] == 'Z' else fields[19]


def write_pid(folder, name, pid):
    with open(os.path.join(folder, name + '.pid'), 'w') as file:
        file.write('%s %s' % (pid, start_time(pid)))


def end_all(folder, how=signal.SIGTERM):
    """Ends both servers; from now on nobody finds them."""
    try:
        os.unlink(os.path.join(folder, READY))
    except FileNotFoundError:
        pass
    return [name for name in NAMES if end(folder, name, how)]


def end(folder, name, how, patience=20):
    pid = pid_of(folder, name)
    if pid is None:
        return False
    os.kill(pid, how)
    deadline = time.monotonic() + patience
    while pid_of(folder, name) is not None:
        if time.monotonic() > deadline:
            say('%s (pid %s) did not end, killing it' % (name, pid))
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + patience
        time.sleep(0.05)
    os.unlink(os.path.join(folder, name + '.pid'))
    return True


def run(what, command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode != 0:
        raise Failure('%s failed:\n%s' % (what, done.stdout[-2000:].decode(errors='replace')))


# ---- files

def tail(path, lines=15):
    try:
        with open(path, errors='replace') as file:
            return ''.join(file.readlines()[-lines:])
    except FileNotFoundError:
        return '(no %s)\n' % os.path.basename(path)


def load(path):
    with open(path) as file:
        return json.load(file)


def save(path, value):
    """All of it or nothing, for whoever reads meanwhile."""
    with open(path + '.part', 'w') as file:
        json.dump(value, file, indent=2)
    os.rename(path + '.part', path)


# ---- HTTP

def call(method, url, body=None, token=None, expect=(200, 201, 202, 204)):
    """Headers and JSON of the answer."""
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header('Content-Type', 'application/json')
    if token:
        request.add_header('X-Auth-Token', token)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60) as answer:
            status, headers, text = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, headers, text = error.code, error.headers, error.read()
    if status not in expect:
        raise Failure('%s %s answered %s: %s' % (method, url, status, text[:400].decode(errors='replace')))
    return headers, json.loads(text) if text and 'json' in headers.get('Content-Type', '') else None
