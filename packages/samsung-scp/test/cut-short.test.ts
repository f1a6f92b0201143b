/** A service that gives less than it is asked for: what is not seen is not taken for absent. */
import { isPolyvolError } from "@polyvol/core";
import { describe, expect, inject, test } from "vitest";
import { type Emulated, emulated } from "./emulated.ts";

/**
 * The emulator's listings in pages of at most `cap` items, with a link to the next page where there is one. The
 * description has no such link, so the emulator has none.
 */
async function capped(cap: number, key: "links" | "volumes_links" = "links"): Promise<Emulated> {
  const capping: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const url = new URL(String(input));
    const kind = ["volumes", "snapshots"].find((each) => url.pathname === `/v1/${each}`);
    if (kind === undefined || (init?.method ?? "GET") !== "GET") return response;
    const body = (await response.json()) as Record<string, unknown[]>;
    const all = body[kind] ?? [];
    const links = all.length > cap ? [{ rel: "next", href: "http://elsewhere.example/" }] : [];
    return Response.json({ ...body, [kind]: all.slice(0, cap), [key]: links });
  };
  return await emulated({ storage: { fetch: capping } });
}

const volumes = (count: number): { name: string; size: number }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `v-${index}`, size: 8 }));

describe.each(inject("isFull") ? [20, 50] : [20])("pages capped at %i", (cap) => {
  test("120 volumes are all listed, one request a page, and no address of a link is called", async () => {
    const { storage, emulator, lines } = await capped(cap);
    emulator.seed({ volumes: volumes(120) });
    const names = (await storage.volumes.list().toArray()).map(({ name }) => name);
    expect(new Set(names).size).toBe(120);
    expect(lines().filter((line) => line.includes("/v1/volumes"))).toHaveLength(Math.ceil(120 / cap));
  });

  test("a name on a later page is found, so that no second one is made, and goes on from a token", async () => {
    const { storage, emulator, lines } = await capped(cap, "volumes_links");
    emulator.seed({ volumes: volumes(120) });
    for (const name of ["v-0", "v-119"]) await storage.volumes.create({ name, sizeGiB: 8 });
    expect(lines().some((line) => line.startsWith("POST"))).toBe(false);
    const pages = storage.volumes.list().byPage({ pageSize: 10 });
    const { value } = await pages.next();
    await pages.return?.();
    const rest: string[] = [];
    for await (const page of storage.volumes.list().byPage({ continuationToken: value.continuationToken })) {
      rest.push(...page.items.map(({ id }) => id));
    }
    expect(new Set(rest).size).toBe(110);
  });

  test("a volume goes with all its snapshots", async () => {
    const { storage, emulator } = await capped(cap);
    const { id } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
    for (let index = 0; index < cap + 3; index += 1) {
      await storage.snapshots.beginCreate({ volumeId: id, name: `s-${index}` });
    }
    await storage.volumes.delete(id, { snapshots: "delete" });
    expect(emulator.state()).toMatchObject({ volumes: [], snapshots: [] });
  });
});

test("a count that comes unasked is heard, too", async () => {
  const counting: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const response = await fetch(input, init);
    if (url.pathname !== "/v1/volumes") return response;
    const { volumes: all } = (await response.json()) as { readonly volumes: readonly unknown[] };
    return Response.json({ volumes: all.slice(0, 20), count: 50 });
  };
  const { storage, emulator } = await emulated({ storage: { fetch: counting } });
  emulator.seed({ volumes: volumes(50) });
  expect(await storage.volumes.list().toArray()).toHaveLength(50);
});

test("a link to a next page that holds nothing: an error, not an end", async () => {
  const { storage, emulator } = await emulated();
  emulator.seed({ volumes: volumes(3) });
  const body = { volumes: [], links: [{ rel: "next", href: "/v1/volumes?marker=x" }] };
  emulator.faults.add({ kind: "answer", status: 200, body, match: { path: "/v1/volumes" } });
  const error = await storage.volumes
    .list()
    .toArray()
    .catch((thrown: unknown) => thrown);
  expect(isPolyvolError(error, "malformed_response") && error.reason).toContain("more follows and gave 0");
});

test("links of another form say nothing", async () => {
  const { storage, emulator } = await emulated();
  const body = { volumes: [], links: { next: 5 }, volumes_links: [null, "next", { rel: "self" }] };
  emulator.faults.add({ kind: "answer", status: 200, body, match: { path: "/v1/volumes" } });
  expect(await storage.volumes.list().toArray()).toEqual([]);
});

test("pages that are smaller than asked for, without a link: the count tells, and each page costs one request", async () => {
  const { storage, emulator, lines } = await emulated();
  emulator.faults.add({ kind: "query", atMost: { limit: 20 }, match: { path: "/v1/**" } });
  emulator.seed({ volumes: volumes(50) });
  lines();
  const all = await storage.volumes.list().toArray();
  expect(new Set(all.map(({ id }) => id)).size).toBe(50);
  expect(lines().filter((line) => line.startsWith("GET /v1/volumes"))).toHaveLength(3);
  for (const name of ["v-0", "v-49"]) await storage.volumes.create({ name, sizeGiB: 8 });
  const { id } = all[0] as { readonly id: string };
  for (let index = 0; index < 23; index += 1) {
    await storage.snapshots.beginCreate({ volumeId: id, name: `s-${index}` });
  }
  await storage.volumes.delete(id, { snapshots: "delete" });
  expect(emulator.state()).toMatchObject({ snapshots: [] });
  expect(lines().filter((line) => line.startsWith("POST /v1/volumes"))).toEqual([]);
});

test("a listing in full pages is counted once", async () => {
  const { storage, emulator, lines } = await emulated();
  emulator.seed({ volumes: volumes(25) });
  lines();
  await storage.volumes.list({}, { requestSize: 10 }).toArray();
  const counted = lines().filter((line) => line.includes("with_count=true"));
  expect(counted).toHaveLength(1);
});
