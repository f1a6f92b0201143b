#!/bin/sh
# pkgcloud lists one page of volumes and says nothing of the rest; with their details it asks for a route that Cinder has not.
. "$(dirname -- "$0")/lib/install.sh"
install pkgcloud@2.2.0
cat >run.mjs <<'SCRIPT'
import pkgcloud from "pkgcloud";
import { standIn, verdict } from "./finding.mjs";

const named = (id) => ({ id, name: id, domain: { id: "default", name: "Default" } });
const all = Array.from({ length: 5 }, (_, index) => ({ id: `v-${index + 1}`, name: `volume-${index + 1}`, size: 1 }));

/** Keystone and Cinder, in so far as a list needs them. A page is two volumes, as an operator may say (osapi_max_limit). */
const server = await standIn(({ method, target }) => {
  const { pathname, searchParams } = new URL(target, "http://localhost");
  if (method === "POST") {
    const endpoints = [{ id: "e", interface: "public", region: "one", region_id: "one", url: `${server.url}/v3/p` }];
    const time = { issued_at: "2026-01-01T00:00:00.000000Z", expires_at: "2099-01-01T00:00:00.000000Z" };
    const catalog = [{ type: "volume", name: "cinder", id: "s", endpoints }];
    const token = { ...time, methods: ["password"], roles: [], project: named("p"), user: named("u"), catalog };
    return { status: 201, headers: { "x-subject-token": "T" }, json: { token } };
  }
  if (!["/v3/p/volumes", "/v3/p/volumes/detail"].includes(pathname))
    return { status: 404, json: { itemNotFound: { code: 404, message: "Volume details could not be found." } } };
  const from = all.findIndex(({ id }) => id === searchParams.get("marker")) + 1;
  const volumes = all.slice(from, from + 2);
  const next = { rel: "next", href: `${server.url}${pathname}?marker=${volumes.at(-1)?.id}` };
  return { json: { volumes, ...(from + 2 < all.length ? { volumes_links: [next] } : {}) } };
});
const client = pkgcloud.blockstorage.createClient({
  ...{ provider: "openstack", keystoneAuthVersion: "v3", authUrl: server.url, region: "one" },
  ...{ username: "u", password: "P", tenantName: "p", domainId: "default" },
});
const list = (...how) =>
  new Promise((resolve) => {
    client.getVolumes(...how, (error, volumes) => resolve(error ? `failed: ${error.message}` : `${volumes.length} volumes`));
  });
const seen = [await list(), await list(true)];
server.close();
const asked = server.seen.filter(({ method }) => method === "GET").map(({ target }) => target);
verdict(["pkgcloud"], [
  { what: "getVolumes() of five volumes, two on a page", expected: "5 volumes", found: "2 volumes", seen: seen[0] },
  { what: 'getVolumes(true): "gets the full details"', expected: "5 volumes", found: "failed: openstack Error (404): Item not found", seen: seen[1] },
  {
    what: "what the two asked for",
    expected: "/v3/p/volumes and its further pages, /v3/p/volumes/detail and its",
    found: "/v3/p/volumes, /v3/p/volumes/details",
    seen: asked.join(", "),
  },
]);
SCRIPT
node run.mjs
