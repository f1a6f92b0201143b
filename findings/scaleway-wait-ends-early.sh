#!/bin/sh
# Where the next look would come after the timeout, Scaleway's own client neither waits for it nor looks once more when it
# comes: "Timeout after 20s" comes after eleven seconds. The first look comes after a pause, too, so a timeout of one second
# ends at once, with no request.
. "$(dirname -- "$0")/lib/install.sh"
install @scaleway/sdk-block@1.3.0 @scaleway/sdk-client@1.3.3
cat >run.mjs <<'SCRIPT'
import { Blockv1 } from "@scaleway/sdk-block";
import { createClient } from "@scaleway/sdk-client";
import { standIn, verdict } from "./finding.mjs";

const id = "11111111-1111-4111-8111-111111111111";

/** How a wait for a volume ended that is ready from this look on, after how many looks, and whether before its timeout. */
async function wait(readyFrom, options) {
  const server = await standIn(() => ({
    json: { id, name: "data", status: server.seen.length < readyFrom ? "creating" : "available" },
  }));
  const client = createClient({ accessKey: "SCWXXXXXXXXXXXXXXXXX", secretKey: id, apiURL: server.url, defaultZone: "fr-par-1" });
  const api = new Blockv1.API(client);
  const began = performance.now();
  const said = await api
    .waitForVolume({ volumeId: id }, options)
    .then(({ status }) => status, ({ message }) => message);
  server.close();
  return `${said}, looks: ${server.seen.length}, ${performance.now() - began < options.timeout * 1000 ? "before" : "after"} that time`;
}

verdict(["@scaleway/sdk-block", "@scaleway/sdk-client"], [
  {
    what: "waitForVolume of a volume that is ready, with a timeout of 1 s",
    expected: "available, looks: 1, before that time",
    found: "Timeout after 1s, looks: 0, before that time",
    seen: await wait(1, { timeout: 1 }),
  },
  {
    what: "of one that is ready at the second look, with a timeout of 20 s and pauses of 11 s",
    expected: "available, looks: 2, after that time",
    found: "Timeout after 20s, looks: 1, before that time",
    seen: await wait(2, { timeout: 20, minDelay: 11, maxDelay: 11 }),
  },
  {
    what: "of the same, with pauses of 1 s",
    expected: "available, looks: 2, before that time",
    found: "available, looks: 2, before that time",
    seen: await wait(2, { timeout: 60, minDelay: 1, maxDelay: 1 }),
  },
]);
SCRIPT
node run.mjs
