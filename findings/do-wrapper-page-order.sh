#!/bin/sh
# do-wrapper asks for all further pages at once and joins them as they arrive, so a list has no stable order.
. "$(dirname -- "$0")/lib/install.sh"
install do-wrapper@4.5.1
cat >run.mjs <<'SCRIPT'
import DoWrapper from "do-wrapper";
import { standIn, verdict } from "./finding.mjs";

const names = Array.from({ length: 75 }, (_, index) => `tag-${String(index + 1).padStart(2, "0")}`);
let release;
const thirdIsThere = new Promise((resolve) => {
  release = resolve;
});
const server = await standIn(({ target }) => {
  const query = new URL(target, "http://localhost").searchParams;
  const [page, size] = [Number(query.get("page")), Number(query.get("per_page"))];
  const json = {
    tags: names.slice((page - 1) * size, page * size).map((name) => ({ name })),
    meta: { total: names.length },
    links: {},
  };
  // Page 2 is answered last, as it may be on any network.
  if (page === 3) setTimeout(release, 200);
  return { json, after: page === 2 ? thirdIsThere : undefined };
});
const client = new DoWrapper.default("T");
client.tags.requestHelper.apiUrl = `${server.url}/v2/`;
const all = (await client.tags.getAll("", true)).map(({ name }) => name);
server.close();
const places = [0, 25, 50].map((index) => all[index]).join(", ");
verdict(["do-wrapper"], [
  { what: "how many of 75 tags came", expected: 75, found: 75, seen: all.length },
  {
    what: "the first of each 25",
    expected: "tag-01, tag-26, tag-51",
    found: "tag-01, tag-51, tag-26",
    seen: places,
  },
]);
SCRIPT
node run.mjs
