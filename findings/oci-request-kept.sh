#!/bin/sh
# Oracle's own client writes the place of the next page into the request that it is given: listing again with the same request
# begins at the last page, and gives what is on that, as if it were all.
. "$(dirname -- "$0")/lib/install.sh"
install oci-core@2.139.1 oci-common@2.139.1
cat >run.mjs <<'SCRIPT'
import { generateKeyPairSync } from "node:crypto";
import common from "oci-common";
import core from "oci-core";
import { standIn, verdict } from "./finding.mjs";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const authenticationDetailsProvider = new common.SimpleAuthenticationDetailsProvider(
  ...["ocid1.tenancy.oc1..t", "ocid1.user.oc1..u", "00:00", privateKey.export({ type: "pkcs8", format: "pem" })],
  ...[null, common.Region.EU_FRANKFURT_1],
);
const volume = (id) => ({ id, displayName: id, compartmentId: "c", availabilityDomain: "a", lifecycleState: "AVAILABLE", sizeInMBs: 51200, timeCreated: "2026-11-29T00:00:00Z" });
const server = await standIn(({ target }) =>
  target.includes("page=second")
    ? { json: [volume("third")] }
    : { json: [volume("first"), volume("second")], headers: { "opc-next-page": "second" } },
);
const client = new core.BlockstorageClient({ authenticationDetailsProvider });
client.endpoint = server.url;
const request = { compartmentId: "c" };
async function list() {
  const names = [];
  for await (const { displayName } of client.listVolumesRecordIterator(request)) names.push(displayName);
  return names.join(", ");
}
const rows = [
  { what: "listVolumesRecordIterator(request)", expected: "first, second, third", found: "first, second, third", seen: await list() },
  { what: "the same with the same request", expected: "first, second, third", found: "third", seen: await list() },
  { what: "the request", expected: { compartmentId: "c" }, found: { compartmentId: "c", page: "second" }, seen: request },
];
server.close();
verdict(["oci-core", "oci-common"], rows);
SCRIPT
node run.mjs
