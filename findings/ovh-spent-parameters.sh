#!/bin/sh
# OVH's own client takes the parameters that go into the path out of the object that it is given, so the same object works
# once: the second call asks for `/cloud/project/{serviceName}/volume`, braces and all.
. "$(dirname -- "$0")/lib/install.sh"
install @ovhcloud/node-ovh@3.0.0
# It speaks TLS only.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
  -keyout key.pem -out cert.pem 2>/dev/null || {
  echo "this finding needs openssl" >&2
  exit 2
}
cat >run.mjs <<'SCRIPT'
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import createOvh from "@ovhcloud/node-ovh";
import { verdict } from "./finding.mjs";

const asked = [];
const server = createServer({ key: readFileSync("key.pem"), cert: readFileSync("cert.pem") }, (request, response) => {
  const path = decodeURIComponent(request.url);
  // The client asks for the server's clock first.
  const isTime = path === "/1.0/auth/time";
  if (!isTime) asked.push(path);
  response.writeHead(200, { "content-type": "application/json" });
  response.end(isTime ? String(Math.round(Date.now() / 1000)) : "[]");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const ovh = createOvh({
  ...{ host: "127.0.0.1", port: server.address().port, basePath: "/1.0" },
  ...{ appKey: "K", appSecret: "S", consumerKey: "C" },
});
const parameters = { serviceName: "p1" };
for (let call = 0; call < 2; call += 1) await ovh.requestPromised("GET", "/cloud/project/{serviceName}/volume", parameters);
server.close();
server.closeAllConnections();

const path = "/1.0/cloud/project/p1/volume";
verdict(["@ovhcloud/node-ovh"], [
  { what: "the first call asks for", expected: path, found: path, seen: asked[0] },
  { what: "the same call again asks for", expected: path, found: "/1.0/cloud/project/{serviceName}/volume", seen: asked[1] },
  { what: "the parameters afterwards", expected: { serviceName: "p1" }, found: {}, seen: parameters },
]);
SCRIPT
NODE_EXTRA_CA_CERTS=cert.pem node run.mjs
