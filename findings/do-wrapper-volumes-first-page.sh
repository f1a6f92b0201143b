#!/bin/sh
# do-wrapper's volumes.getAll() asks for one page, whatever page size it was made with, and cannot be told to go on.
. "$(dirname -- "$0")/lib/install.sh"
install do-wrapper@4.5.1
cat >run.mjs <<'SCRIPT'
import DoWrapper from "do-wrapper";
import { standIn, verdict } from "./finding.mjs";

const all = Array.from({ length: 45 }, (_, index) => ({ id: `v-${index + 1}`, name: `volume-${index + 1}` }));
const server = await standIn(({ target }) => {
  const query = new URL(target, "http://localhost").searchParams;
  // Without a page and a size the API gives the first 20, and says where the next are.
  const [page, size] = [Number(query.get("page") ?? 1), Number(query.get("per_page") ?? 20)];
  const next = page * size < all.length ? { pages: { next: `http://localhost/v2/volumes?page=${page + 1}` } } : {};
  return { json: { volumes: all.slice((page - 1) * size, page * size), links: next, meta: { total: all.length } } };
});
const client = new DoWrapper.default("T", 200);
client.volumes.requestHelper.apiUrl = `${server.url}/v2/`;
const { volumes } = await client.volumes.getAll();
server.close();
verdict(["do-wrapper"], [
  { what: "how many of 45 volumes volumes.getAll() returns", expected: 45, found: 20, seen: volumes.length },
  {
    what: "what it asked for, made with a page size of 200",
    expected: "/v2/volumes/?region=&page=1&per_page=200",
    found: "/v2/volumes/?region=",
    seen: server.seen.map(({ target }) => target).join(", "),
  },
]);
SCRIPT
node run.mjs
