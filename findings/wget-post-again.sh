#!/bin/sh
# wget sends a POST again whose answer was lost, up to 20 times, without being told to: one command makes 20 volumes. curl
# does so with --retry, after a 504 and after --max-time, and not after a broken connection. Debian 12's.
. "$(dirname -- "$0")/lib/debian.sh"
unpack wget curl
cat >"$folder/server.py" <<'SCRIPT'
"""Makes a volume for each POST, and then answers as the path says; GET tells how many there are."""
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Cloud(BaseHTTPRequestHandler):
    made = {}

    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        Cloud.made[self.path] = Cloud.made.get(self.path, 0) + 1
        if self.path.endswith('/504'):
            self.send_response(504)
            self.send_header('content-length', '0')
            self.end_headers()
        elif self.path.endswith('/late'):
            time.sleep(2)
        else:
            self.connection.shutdown(2)

    def do_GET(self):
        body = str(Cloud.made.get(self.path, 0)).encode()
        self.send_response(200)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(('127.0.0.1', 0), Cloud)
print(server.server_port, flush=True)
server.serve_forever()
SCRIPT
/usr/bin/python3 "$folder/server.py" >"$folder/port" &
server=$!
trap 'kill "$server"; rm -rf "$folder"' EXIT
until [ -s "$folder/port" ]; do sleep 0.1; done
cloud=http://127.0.0.1:$(cat "$folder/port")
export no_proxy='*'

# volumes PATH COMMAND…: how many volumes there are once the command has ended.
volumes() {
  path=$1
  shift
  "$@" "$cloud/$path" >/dev/null 2>&1 || true
  curl --silent "$cloud/$path"
}

wget --version | head -n 1
curl --version | head -n 1
compare 'wget --post-data, a connection that breaks each time' 1 20 \
  "$(volumes wget/broken wget --waitretry=0 --post-data='{"name":"db"}' --output-document=-)"
compare 'curl --retry 3 --data, a connection that breaks' 1 1 \
  "$(volumes curl/broken curl --retry 3 --retry-delay 0 --data '{"name":"db"}')"
compare 'curl --retry 3 --data, 504' 1 4 "$(volumes curl/504 curl --retry 3 --retry-delay 0 --data '{"name":"db"}')"
compare 'curl --retry 3 --data --max-time 1, an answer that is late' 1 4 \
  "$(volumes curl/late curl --retry 3 --retry-delay 0 --max-time 1 --data '{"name":"db"}')"
verdict
