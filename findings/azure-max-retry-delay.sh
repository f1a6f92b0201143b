#!/bin/sh
# maxRetryDelayInMs of Azure's own clients, "the maximum delay … allowed before retrying an operation", is none where an answer
# has Retry-After: told at most half a second, a client of Azure waits for as long as a 429 or a 503 says, silently, an hour
# also. A 503 without that header is asked again in time.
. "$(dirname -- "$0")/lib/install.sh"
install @azure/arm-compute@25.1.1 @azure/core-rest-pipeline@1.24.0
cat >run.mjs <<'SCRIPT'
import { ComputeManagementClient } from "@azure/arm-compute";
import { standIn, verdict } from "./finding.mjs";

/** What comes of reading a snapshot in four seconds where the first answer is a refusal, and how many requests there were. */
async function read(status, headers) {
  const refusal = { error: { code: "Refused", message: "later" } };
  const server = await standIn(() => (server.seen.length === 1 ? { status, headers, json: refusal } : { json: { name: "before" } }));
  const retryOptions = { maxRetries: 3, retryDelayInMs: 100, maxRetryDelayInMs: 500 };
  const credential = { getToken: async () => ({ token: "T", expiresOnTimestamp: Date.now() + 3_600_000 }) };
  const client = new ComputeManagementClient(credential, "s", { endpoint: server.url, allowInsecureConnection: true, retryOptions });
  // It sends no token without TLS.
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  const said = await client.snapshots.get("group", "before", { abortSignal: AbortSignal.timeout(4000) }).then(
    ({ name }) => `answered: ${name}`,
    (error) => (error.name === "AbortError" ? "still waiting" : error.message),
  );
  server.close();
  return `${said}, requests: ${server.seen.length}`;
}

const answered = "answered: before, requests: 2";
const waiting = "still waiting, requests: 1";
const hour = { "retry-after": "3600" };
verdict(["@azure/arm-compute", "@azure/core-rest-pipeline"], [
  { what: "503", expected: answered, found: answered, seen: await read(503, {}) },
  { what: "429 with Retry-After: 1", expected: answered, found: answered, seen: await read(429, { "retry-after": "1" }) },
  { what: "503 with Retry-After: 3600, after four seconds", expected: "an error, or asked again after half a second", found: waiting, seen: await read(503, hour) },
  { what: "429 with Retry-After: 3600, after four seconds", expected: "an error, or asked again after half a second", found: waiting, seen: await read(429, hour) },
]);
SCRIPT
node run.mjs
