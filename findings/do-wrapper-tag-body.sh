#!/bin/sh
# do-wrapper's tags.addResources takes a list by its own types, and sends it without the member that the API wants.
. "$(dirname -- "$0")/lib/install.sh"
install do-wrapper@4.5.1
cat >run.mjs <<'SCRIPT'
import { readFileSync } from "node:fs";
import DoWrapper from "do-wrapper";
import { standIn, verdict } from "./finding.mjs";

const types = readFileSync("node_modules/do-wrapper/dist/modules/tags.d.ts", "utf8");
const [, declared = "not declared"] = /addResources\(tagName: string, (.+?)\)/.exec(types) ?? [];
const server = await standIn(() => ({ status: 204, json: undefined }));
const client = new DoWrapper.default("T");
client.tags.requestHelper.apiUrl = `${server.url}/v2/`;
await client.tags.addResources("web", [{ resource_id: "1", resource_type: "volume" }]);
server.close();
const list = '[{"resource_id":"1","resource_type":"volume"}]';
verdict(["do-wrapper"], [
  {
    what: "the parameter by the package's own types",
    expected: "resources: TagAddResourceOption[]",
    found: "resources: TagAddResourceOption[]",
    seen: declared,
  },
  {
    what: "the body of POST /v2/tags/web/resources, for a list of one",
    expected: `{"resources":${list}}`,
    found: list,
    seen: server.seen[0].body,
  },
]);
SCRIPT
node run.mjs
