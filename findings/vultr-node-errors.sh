#!/bin/sh
# @vultr/vultr-node, the provider's own client, never rejects: a refusal, and no connection at all, are what its promise
# resolves to. So a create that failed goes on as one that succeeded, with a volume that is an Error.
. "$(dirname -- "$0")/lib/install.sh"
install @vultr/vultr-node@2.8.0
cat >run.mjs <<'SCRIPT'
import { readFileSync } from "node:fs";
import vultr from "@vultr/vultr-node";
import { standIn, verdict } from "./finding.mjs";

const readme = readFileSync("node_modules/@vultr/vultr-node/README.md", "utf8");
const ask = (baseUrl) =>
  vultr
    .initialize({ apiKey: "T", baseUrl })
    .blockStorage.createStorage({ region: "ewr", size_gb: 10, label: "data" })
    .then(
      (value) => (value instanceof Error ? `resolved to an Error: ${value.message.replace(/127\S+/, "…")}` : `resolved: ${value?.block?.id}`),
      (error) => `rejected: ${error.message}`,
    );
async function answered(status, json) {
  const server = await standIn(() => ({ status, json }));
  const said = await ask(server.url);
  server.close();
  return said;
}
const gone = await standIn(() => ({}));
gone.close();

verdict(["@vultr/vultr-node"], [
  { what: "createStorage, answered with 202", expected: "resolved: v-1", found: "resolved: v-1", seen: await answered(202, { block: { id: "v-1" } }) },
  {
    what: "createStorage, refused with 400",
    expected: "rejected: Bad Request: Unable to create: limit reached",
    found: "resolved to an Error: Bad Request: Unable to create: limit reached",
    seen: await answered(400, { error: "Unable to create: limit reached", status: 400 }),
  },
  {
    what: "createStorage, where nobody listens",
    expected: "rejected",
    found: "resolved to an Error",
    seen: (await ask(gone.url)).split(": ")[0],
  },
  { what: "its README says something of errors", expected: true, found: false, seen: /\berrors?\b|reject|catch/i.test(readme) },
]);
SCRIPT
node run.mjs
