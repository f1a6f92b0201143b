#!/bin/sh
# Every answer of DigitalOcean says when its oldest counted request leaves the window of an hour. After a 503, ky takes that
# for the time to wait: up to an hour, silently, whatever its `timeout`, which is one attempt's, and however much of the
# quota is left. `maxRetryAfter` or `totalTimeout` end it.
. "$(dirname -- "$0")/lib/install.sh"
install ky@2.1.0
cat >run.mjs <<'SCRIPT'
import ky from "ky";
import { standIn, verdict } from "./finding.mjs";

const inFiftyMinutes = Math.floor(Date.now() / 1000) + 3000;
const quota = { "ratelimit-limit": "5000", "ratelimit-remaining": "4816", "ratelimit-reset": String(inFiftyMinutes) };

/** What comes of a GET in three seconds where the first answer is a failure and each further one a 200. */
async function ask(status, headers, options) {
  const server = await standIn(() => (server.seen.length === 1 ? { status, headers, json: {} } : { json: {} }));
  const signal = AbortSignal.timeout(3000);
  const said = await ky.get(server.url, { timeout: 1000, signal, ...options }).json().then(() => "answered", () => "still waiting");
  server.close();
  return `${said}, requests: ${server.seen.length}`;
}

const answered = "answered, requests: 2";
verdict(["ky"], [
  { what: "503 without the quota", expected: answered, found: answered, seen: await ask(503, {}) },
  {
    what: "503 with it, 4,816 requests being left, after three seconds",
    expected: answered,
    found: "still waiting, requests: 1",
    seen: await ask(503, quota),
  },
  { what: "500 with it", expected: answered, found: answered, seen: await ask(500, quota) },
  {
    what: "503 with it, by ky with maxRetryAfter 500",
    expected: answered,
    found: answered,
    seen: await ask(503, quota, { retry: { maxRetryAfter: 500 } }),
  },
]);
SCRIPT
node run.mjs
