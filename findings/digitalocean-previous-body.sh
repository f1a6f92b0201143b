#!/bin/sh
# digitalocean (Node) sends the JSON body of the previous request again with a GET.
. "$(dirname -- "$0")/lib/install.sh"
install digitalocean@1.2.1
cat >run.mjs <<'SCRIPT'
import digitalocean from "digitalocean";
import { standIn, verdict } from "./finding.mjs";

const server = await standIn(({ method }) =>
  method === "POST"
    ? { status: 201, json: { volume: { id: "1", name: "data" } } }
    : { json: { volumes: [], links: {}, meta: { total: 0 } } },
);
const client = digitalocean.client("T", { protocol: "http", hostname: "127.0.0.1", port: String(server.port) });
await client.volumes.list();
await client.volumes.create({ name: "data", region: "nyc3", size_gigabytes: 10 });
await client.volumes.list();
server.close();
const [before, , after] = server.seen.map(({ method, target, body }) => `${method} ${target} ${body}`.trim());
verdict(["digitalocean"], [
  { what: "a list before a creation", expected: "GET /v2/volumes", found: "GET /v2/volumes", seen: before },
  {
    what: "the same list after it",
    expected: "GET /v2/volumes",
    found: 'GET /v2/volumes {"name":"data","region":"nyc3","size_gigabytes":10}',
    seen: after,
  },
]);
SCRIPT
node run.mjs
