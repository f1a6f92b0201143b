#!/bin/sh
# got asks for `deflate` and cannot read the raw kind of it, which browsers and the platform's fetch read.
. "$(dirname -- "$0")/lib/install.sh"
install got@14.6.6
cat >run.mjs <<'SCRIPT'
import { deflateRawSync, deflateSync } from "node:zlib";
import got from "got";
import { standIn, verdict } from "./finding.mjs";

const rows = [];
for (const [kind, pack] of Object.entries({ "with the zlib head": deflateSync, raw: deflateRawSync })) {
  const server = await standIn(() => ({ body: pack('{"ok":true}'), headers: { "content-encoding": "deflate" } }));
  const seen = {
    fetch: await fetch(server.url).then((response) => response.text(), (error) => error.message),
    got: await got(server.url, { retry: { limit: 0 } }).then(({ body }) => body, ({ message }) => message),
  };
  server.close();
  for (const [name, text] of Object.entries(seen))
    rows.push({
      what: `${name}: an answer with content-encoding: deflate, ${kind}`,
      expected: '{"ok":true}',
      found: name === "got" && kind === "raw" ? "incorrect header check" : '{"ok":true}',
      seen: text,
    });
}
verdict(["got"], rows);
SCRIPT
node run.mjs
