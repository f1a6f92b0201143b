#!/bin/sh
# openapi-fetch gives { data, error }, of which one is there: but where a refusal has no body, none is, or an error that is
# "" and so false. `if (error) throw error` then takes a 500 for a deletion that succeeded, which has no data either.
. "$(dirname -- "$0")/lib/install.sh"
install openapi-fetch@0.17.0
cat >run.mjs <<'SCRIPT'
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import { standIn, verdict } from "./finding.mjs";

const readme = readFileSync("node_modules/openapi-fetch/README.md", "utf8");
async function remove(status, headers, body) {
  const server = await standIn(() => ({ status, headers, body }));
  const { error } = await createClient({ baseUrl: server.url }).DELETE("/volumes/1");
  server.close();
  return `error is ${JSON.stringify(error)}, ${error ? "and thrown" : "and so not thrown"}`;
}

const chunked = { "transfer-encoding": "chunked" };
const empty = { "content-length": "0" };
verdict(["openapi-fetch"], [
  { what: "DELETE, 204", expected: "not thrown", found: "error is undefined, and so not thrown", seen: await remove(204, {}) },
  { what: "DELETE, 500 with a body", expected: "thrown", found: 'error is {"id":"server_error"}, and thrown', seen: await remove(500, {}, '{"id":"server_error"}') },
  { what: "DELETE, 500 with content-length 0", expected: "thrown", found: "error is undefined, and so not thrown", seen: await remove(500, empty, "") },
  { what: "DELETE, 500 with an empty body in chunks", expected: "thrown", found: 'error is "", and so not thrown', seen: await remove(500, chunked, "") },
  {
    what: "its README says that error is there for 4xx and 5xx, and only for these",
    expected: true,
    found: true,
    seen: /error, \/\/ only present if 4XX or 5XX response/.test(readme),
  },
]);
SCRIPT
node run.mjs
