"""What the findings in Python have in common: a server to stand in for the real one, modules of Ansible, and the verdict."""
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path


def stand_in(answer):
    """Serves on loopback what `answer(method, target, body)` gives for each request: its status, what is sent as JSON or,
    where it is bytes, as it is, and headers; the last two may be missing. None breaks the connection. What arrived is in
    `seen`."""
    class Cloud(BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'

        def handle_request(self):
            body = self.rfile.read(int(self.headers.get('content-length', 0))).decode()
            server.seen.append((self.command, self.path, body))
            answered = answer(self.command, self.path, body)
            if answered is None:
                self.close_connection = True
                return self.connection.shutdown(2)
            status, sent, headers = (*answered, None, {})[:3]
            text = sent if isinstance(sent, bytes) else b'' if sent is None else json.dumps(sent).encode()
            self.send_response(status)
            for name, value in {'content-type': 'application/json', **(headers or {})}.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header('content-length', str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request

        def log_message(self, *words):
            pass

    server = ThreadingHTTPServer(('127.0.0.1', 0), Cloud)
    server.daemon_threads = True
    server.seen = []
    server.url = 'http://127.0.0.1:%d' % server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def ansible(module, check=False, **options):
    """What a module of Ansible says of itself, run on this machine; `check` is the dry run, `--check`."""
    command = ['ansible', 'localhost', '--module-name', module, '--args', json.dumps(options), *(['--check'] if check else [])]
    said = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(said.stdout)['plays'][0]['tasks'][0]['hosts']['localhost']
    except (ValueError, LookupError):
        sys.exit('ansible said: %s %s' % (said.stdout, said.stderr))


def collection(name):
    """The version of a collection of Ansible."""
    folder = Path(os.environ['PYTHONPATH'], 'ansible_collections', *name.split('.'))
    return '%s %s' % (name, json.loads(Path(folder, 'MANIFEST.json').read_text())['collection_info']['version'])


def verdict(packages, rows):
    """Prints what was seen beside what this finding says, and fails when they differ. A package has its version, or is one of
    Python."""
    named = [name if ' ' in name else '%s %s' % (name, version(name)) for name in packages]
    print('%s, on Python %d.%d.%d' % (', '.join(named), *sys.version_info[:3]))
    changed = 0
    for what, expected, found, seen in rows:
        changed += seen != found
        print('\n%s\n  one would expect: %s\n  seen:             %s' % (what, expected, seen))
        if seen != found:
            print('  this finding says: %s' % found)
    print('\nTHE BEHAVIOUR HAS CHANGED.' if changed else '\nThe finding holds.')
    sys.exit(1 if changed else 0)
