#!/bin/sh
# Where the next look would come after the timeout, Scaleway's own client does not look once more at its end, and does not
# wait for it either: "Timeout after 7s" comes after four. The first look comes after a pause, too: a timeout of one second
# ends at once, with no request.
. "$(dirname -- "$0")/lib/install.sh"
install @scaleway/sdk-block@1.3.0 @scaleway/sdk-client@1.3.3
cat >run.mjs <<'SCRIPT'
import { Blockv1 } from "@scaleway/sdk-block";
import { createClient } from "@scaleway/sdk-client";
import { standIn, verdict } from "./finding.mjs";

const id = "11111111-1111-4111-8111-111111111111";

/** How a wait for a volume that is ready after so many seconds ended, after how many looks and seconds. */
async function wait(readyAfter, options) {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const server = await standIn(() => ({ json: { id, name: "data", status: seconds() < readyAfter ? "creating" : "available" } }));
  const client = createClient({ accessKey: "SCWXXXXXXXXXXXXXXXXX", secretKey: id, apiURL: server.url, defaultZone: "fr-par-1" });
  const said = await new Blockv1.API(client)
    .waitForVolume({ volumeId: id }, options)
    .then(({ status }) => status, ({ message }) => message);
  server.close();
  return `${said}, looks: ${server.seen.length}, after ${Math.round(seconds())} s`;
}

verdict(["@scaleway/sdk-block", "@scaleway/sdk-client"], [
  {
    what: "waitForVolume of a volume that is ready, with a timeout of 1 s",
    expected: "available, looks: 1, after 0 s",
    found: "Timeout after 1s, looks: 0, after 0 s",
    seen: await wait(0, { timeout: 1 }),
  },
  {
    what: "of one that is ready after 5 s, with a timeout of 7 s and pauses of 4 s",
    expected: "available, looks: 2, after 7 s",
    found: "Timeout after 7s, looks: 1, after 4 s",
    seen: await wait(5, { timeout: 7, minDelay: 4, maxDelay: 4 }),
  },
  {
    what: "of the same, with a timeout of 9 s",
    expected: "available, looks: 2, after 8 s",
    found: "available, looks: 2, after 8 s",
    seen: await wait(5, { timeout: 9, minDelay: 4, maxDelay: 4 }),
  },
]);
SCRIPT
node run.mjs
