#!/bin/sh
# A client that @hey-api/openapi-ts writes, told to throw (throwOnError), throws the body of the refusal, as it is: no Error, and
# nothing of the status. A 404, a 429 and a 500 without a body are one and the same {}, and a proxy's page is a text.
. "$(dirname -- "$0")/lib/install.sh"
install @hey-api/openapi-ts@0.99.0 typescript@5.9.3 esbuild@0.28.2
cat >api.json <<'JSON'
{ "openapi": "3.0.3", "info": { "title": "Volumes", "version": "1" },
  "paths": { "/volumes/{id}": { "delete": { "operationId": "deleteVolume",
    "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }],
    "responses": { "204": { "description": "deleted" },
      "default": { "description": "refused", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } } } } } } },
  "components": { "schemas": { "Refusal": { "type": "object", "properties": { "message": { "type": "string" } } } } } }
JSON
npx openapi-ts --input api.json --output written --silent
printf 'export * from "./written/sdk.gen";\nexport { client } from "./written/client.gen";\n' >written.ts
npx esbuild written.ts --bundle --format=esm --log-level=warning --outfile=written.mjs
cat >run.mjs <<'SCRIPT'
import { standIn, verdict } from "./finding.mjs";
import { client, deleteVolume } from "./written.mjs";

/** What is thrown for an answer to a deletion, and whether that is an Error or has the status. */
async function thrown(answer) {
  const server = await standIn(() => answer);
  client.setConfig({ baseUrl: server.url });
  const said = await deleteVolume({ path: { id: "v" }, throwOnError: true }).then(
    () => "nothing",
    (error) => `${JSON.stringify(error)}, ${error instanceof Error ? "an Error" : "no Error"}, ${error.status ?? "no status"}`,
  );
  server.close();
  return said;
}
const noBody = { "content-length": "0" };
const page = { headers: { "content-type": "text/html" }, body: "<h1>Bad Gateway</h1>" };
const rows = [
  ["204", "nothing", { status: 204 }],
  ["404 with a body", '{"message":"not found"}, no Error, no status', { status: 404, json: { message: "not found" } }],
  ["404 without one", "{}, no Error, no status", { status: 404, headers: noBody }],
  ["429 without one", "{}, no Error, no status", { status: 429, headers: noBody }],
  ["500 without one", "{}, no Error, no status", { status: 500, headers: noBody }],
  ["502 with a proxy's page", '"<h1>Bad Gateway</h1>", no Error, no status', { status: 502, ...page }],
];
const seen = [];
for (const [what, found, answer] of rows) {
  const expected = answer.status === 204 ? "nothing" : `an Error, ${answer.status}`;
  seen.push({ what, expected, found, seen: await thrown(answer) });
}
verdict(["@hey-api/openapi-ts"], seen);
SCRIPT
node run.mjs
