#!/bin/sh
# IONOS' own client sends a create again after a 502, 503 or 504, whether it was carried out or not: three volumes. It means to
# wait as long as Retry-After says, and looks for it in capitals, which axios does not keep; it pauses for a second before every
# first request; and its waitForRequest resolves when a request has failed.
. "$(dirname -- "$0")/lib/install.sh"
install @ionos-cloud/sdk-nodejs@6.1.5
cat >run.mjs <<'SCRIPT'
import sdk from "@ionos-cloud/sdk-nodejs";
import { standIn, verdict } from "./finding.mjs";

// Pauses are kept, and take no time.
const pauses = [];
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (call, ms, ...rest) => {
  if (ms < 1000 || ms > 60_000) return later(call, ms, ...rest);
  pauses.push(ms / 1000);
  return later(call, 0, ...rest);
};

/** What a call to a server that answers so came to, the requests, and the pauses in seconds. */
async function ask(answer, call) {
  pauses.length = 0;
  const server = await standIn(() => answer(server.seen.length));
  const configuration = new sdk.Configuration({ username: "u", password: "p", basePath: server.url });
  const said = await call(configuration).then(({ data }) => data.id, (error) => `rejected: ${error.response?.status ?? error.message}`);
  server.close();
  return `${said}, requests: ${server.seen.length}, pauses: ${pauses.join(", ") || "none"}`;
}
const volume = { properties: { name: "db", size: 10, type: "HDD" } };
const create = (configuration) => new sdk.VolumesApi(configuration).datacentersVolumesPost({ datacenterId: "d", volume });
const made = (count) => ({ status: 202, json: { id: `volume-${count}` } });

verdict(["@ionos-cloud/sdk-nodejs"], [
  { what: "a create that is answered at once", expected: "volume-1, requests: 1, pauses: none", found: "volume-1, requests: 1, pauses: 1", seen: await ask(made, create) },
  {
    what: "one that is answered with 504 once it was carried out, twice",
    expected: "rejected: 504, requests: 1, pauses: none",
    found: "volume-3, requests: 3, pauses: 1, 2, 4",
    seen: await ask((count) => (count < 3 ? { status: 504 } : made(count)), create),
  },
  {
    what: "one that is refused with 429 and Retry-After: 50, and then made",
    expected: "volume-2, requests: 2, pauses: 50",
    found: "volume-2, requests: 2, pauses: 1, 2",
    seen: await ask((count) => (count < 2 ? { status: 429, headers: { "retry-after": "50" } } : made(count)), create),
  },
  {
    what: "waitForRequest of a request that has failed",
    expected: "rejected: …, requests: 1, pauses: none",
    found: "request-1, requests: 1, pauses: none",
    seen: await ask(
      () => ({ json: { id: "request-1", metadata: { status: "FAILED", message: "no space" } } }),
      (configuration) => sdk.waitForRequest(configuration, `${configuration.basePath}/requests/1/status`),
    ),
  },
]);
SCRIPT
node run.mjs
