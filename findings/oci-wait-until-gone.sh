#!/bin/sh
# Oracle's own client has a wait for a volume to be terminated, whose type says that it gives null where the volume is gone. It
# rejects with the 404 instead: its catch does not see a promise that rejects later.
. "$(dirname -- "$0")/lib/install.sh"
install oci-core@2.139.1 oci-common@2.139.1 oci-workrequests@2.139.1
cat >run.mjs <<'SCRIPT'
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import common from "oci-common";
import core from "oci-core";
import workRequests from "oci-workrequests";
import { standIn, verdict } from "./finding.mjs";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const authenticationDetailsProvider = new common.SimpleAuthenticationDetailsProvider(
  ...["ocid1.tenancy.oc1..t", "ocid1.user.oc1..u", "00:00", privateKey.export({ type: "pkcs8", format: "pem" })],
  ...[null, common.Region.EU_FRANKFURT_1],
);
console.warn = () => {};

/** How a wait for a volume to be terminated ends, where the service answers so. */
async function wait(answer) {
  const server = await standIn(() => answer);
  const client = new core.BlockstorageClient({ authenticationDetailsProvider });
  client.endpoint = server.url;
  const waiters = client.createWaiters(new workRequests.WorkRequestClient({ authenticationDetailsProvider }));
  const said = await waiters.forVolume({ volumeId: "v" }, core.models.Volume.LifecycleState.Terminated).then(
    (response) => (response === null ? "null" : response.volume.lifecycleState),
    ({ statusCode }) => `rejected: ${statusCode}`,
  );
  server.close();
  return said;
}
const terminated = { id: "v", displayName: "v", compartmentId: "c", availabilityDomain: "a", lifecycleState: "TERMINATED", sizeInMBs: 51200, timeCreated: "2026-11-29T00:00:00Z" };
const types = readFileSync("node_modules/oci-core/lib/blockstorage-waiter.d.ts", "utf8");

verdict(["oci-core", "oci-common"], [
  { what: "of one that is shown as terminated", expected: "TERMINATED", found: "TERMINATED", seen: await wait({ json: terminated }) },
  { what: "of one that is gone", expected: "null", found: "rejected: 404", seen: await wait({ status: 404, json: { code: "NotAuthorizedOrNotFound", message: "gone" } }) },
  { what: "its type says null", expected: true, found: true, seen: /forVolume\([^)]*\): Promise<[^;]*\| null>/.test(types) },
]);
SCRIPT
node run.mjs
