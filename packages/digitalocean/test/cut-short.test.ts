/** A service that gives less than it is asked for: what is not seen is not taken for absent. */
import type { Fault } from "@polyvol/emulators";
import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { type Cloud, openCloud } from "./cloud.ts";

const CAP: Fault = { kind: "query", atMost: { per_page: 100 }, match: { method: "GET" } };
const VOLUME = "00000000-0000-11f0-8a2b-0a58ac140001";

async function withVolumes(count: number, fault?: Fault): Promise<Cloud> {
  const cloud = await openCloud({ snapshotIntervalMs: 0 });
  cloud.emulator.seed({
    volumes: Array.from({ length: count }, (_, index) => ({
      ...{ name: `v-${index}`, region: index % 2 === 0 ? "nyc3" : "ams3", size_gigabytes: 1 },
      ...(index === 1 ? { id: VOLUME } : {}),
    })),
  });
  if (fault !== undefined) cloud.emulator.faults.add(fault);
  return cloud;
}

describe("pages capped at 100", () => {
  test("650 volumes are all listed, in few requests", async () => {
    const { storage, sent } = await withVolumes(650, CAP);
    const names = (await storage.volumes.list().toArray()).map(({ name }) => name);
    expect(new Set(names).size).toBe(650);
    expect(sent().length).toBeLessThan(14);
  });

  test("and by region, by name, from a token, and within finds and creates", async () => {
    const { storage } = await withVolumes(250, CAP);
    expect(await storage.volumes.list({ region: "nyc3" }).toArray()).toHaveLength(125);
    expect(await storage.volumes.find({ name: "v-249" })).toMatchObject({ region: "ams3" });
    let token: string | undefined;
    const seen: string[] = [];
    do {
      const pages = storage.volumes
        .list()
        .byPage({ pageSize: 130, ...(token === undefined ? {} : { continuationToken: token }) });
      const { value } = await pages.next();
      seen.push(...(value?.items ?? []).map(({ id }: { id: string }) => id));
      token = value?.continuationToken;
      await pages.return?.();
    } while (token !== undefined);
    expect(new Set(seen).size).toBe(250);
    expect(seen).toHaveLength(250);
  });

  test("all snapshots of a volume go with it, also beyond the first hundred", async () => {
    const { storage, emulator } = await openCloud({ snapshotIntervalMs: 0 });
    emulator.seed({
      volumes: [{ id: VOLUME, name: "db", region: "nyc3", size_gigabytes: 1 }],
      snapshots: Array.from({ length: 130 }, (_, index) => ({ name: `s-${index}`, volume_name: "db" })),
    });
    emulator.faults.add(CAP);
    await storage.volumes.delete(VOLUME, { snapshots: "delete" });
    expect(emulator.state()).toMatchObject({ volumes: [], snapshots: [] });
  });
});

describe("less than is counted", () => {
  const first = { method: "GET", path: "/v2/volumes", query: { page: "1" } };
  const cases: readonly [string, Fault, string][] = [
    ["an empty first page", { kind: "wrong-json", at: "volumes", value: [], match: first }, "gave 0"],
    [
      "one volume kept back from the first",
      { kind: "wrong-json", at: "volumes.0", match: first },
      "gave 199",
    ],
    [
      "a total beyond all bounds",
      { kind: "wrong-json", at: "meta.total", value: 1e9, match: { ...first, query: {} } },
      "gave 250",
    ],
  ];
  test.each(cases)("%s: an error that names both numbers", async (_, fault, gave) => {
    const { storage } = await withVolumes(250, fault);
    for (const look of [
      () => storage.volumes.list().toArray(),
      () => storage.volumes.list({ region: "nyc3" }).toArray(),
    ]) {
      const error = await failureOf(look());
      expect(error).toMatchObject({ code: "malformed_response", retryable: true });
      expect(error.reason).toMatch(/the service counts \d+ and gave \d+/);
    }
    const { reason } = await failureOf(storage.volumes.list().toArray());
    expect(reason).toContain(gave);
  });

  test("a name that is not found in such a listing is not free", async () => {
    const fault: Fault = { kind: "wrong-json", at: "volumes", value: [], match: { method: "GET" } };
    const { storage } = await withVolumes(3, fault);
    const error = await failureOf(storage.volumes.find({ name: "v-0" }));
    expect(error).toMatchObject({ code: "malformed_response" });
  });

  test("once only, it is read again and all is well", async () => {
    for (const [, fault] of cases) {
      const { storage, emulator } = await withVolumes(250);
      emulator.faults.add({ ...fault, count: 1 });
      expect(await storage.volumes.list().toArray()).toHaveLength(250);
    }
  });
});

test("a total that counts all regions is no fault: what the region leaves out is read, too", async () => {
  const { storage, emulator, sent } = await withVolumes(40);
  const match = { method: "GET", query: { region: "nyc3" } };
  emulator.faults.add({ kind: "wrong-json", at: "meta.total", value: 40, match });
  expect(await storage.volumes.list({ region: "nyc3" }).toArray()).toHaveLength(20);
  expect(sent()).toEqual([
    "GET /v2/volumes?region=nyc3&page=1&per_page=200",
    "GET /v2/volumes?page=1&per_page=200",
  ]);
});

test("without a total, a link to a next page says that there is one", async () => {
  const untold: typeof fetch = async (input, init) => {
    const { meta: _, ...body } = (await (await fetch(input, init)).json()) as Record<string, unknown>;
    return Response.json(body);
  };
  const { storage, emulator } = await openCloud({}, { fetch: untold });
  const volumes = Array.from({ length: 250 }, (_, index) => ({ name: `v-${index}`, region: "nyc3" }));
  emulator.seed({ volumes: volumes.map((each) => ({ ...each, size_gigabytes: 1 })) });
  emulator.faults.add(CAP);
  expect(await storage.volumes.list().toArray()).toHaveLength(250);
});

test.each([{}, { total: null }, { total: "250" }, { total: -1 }, "250"])(
  "what is said of a listing is %j: as good as nothing, and all of it is read",
  async (meta) => {
    const odd: typeof fetch = async (input, init) =>
      Response.json({ ...((await (await fetch(input, init)).json()) as object), meta });
    const { storage, emulator } = await openCloud({}, { fetch: odd });
    const volumes = Array.from({ length: 250 }, (_, index) => ({ name: `v-${index}`, region: "nyc3" }));
    emulator.seed({ volumes: volumes.map((each) => ({ ...each, size_gigabytes: 1 })) });
    expect(await storage.volumes.list().toArray()).toHaveLength(250);
  },
);

test("a snapshot without its volume stops nothing: the others are listed, and it is of no volume that is known", async () => {
  const { storage, emulator } = await openCloud({ snapshotIntervalMs: 0 });
  const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  for (const name of ["a", "b"]) await storage.snapshots.create({ volumeId, name });
  const odd: Fault = { kind: "wrong-json", at: "snapshots.0.resource_id", value: null };
  emulator.faults.add({ ...odd, match: { method: "GET" } });
  const ofVolumes = (await storage.snapshots.list().toArray()).map((each) => each.volumeId).sort();
  expect(ofVolumes).toEqual(["", volumeId]);
  expect(await storage.snapshots.list({ volumeId }).toArray(), "listed under its volume").toHaveLength(2);
});

describe("a total and a link to a next page that disagree", () => {
  type Page = { volumes: unknown[]; meta?: { total: number } | null; links: unknown };
  const NEXT = { pages: { next: "https://api.digitalocean.com/v2/volumes?page=2" } };
  const totals: readonly [string, (page: Page, count: number) => Page["meta"]][] = [
    ["counts the page alone", ({ volumes }) => ({ total: volumes.length })],
    ["is 0", () => ({ total: 0 })],
    ["is half of what there is", (_, count) => ({ total: Math.floor(count / 2) })],
    ["is right", (_, count) => ({ total: count })],
    ["is null", () => null],
  ];
  const links: readonly [string, (page: Page) => unknown][] = [
    ["as it should be", ({ links }) => links],
    ["on every page", () => NEXT],
  ];
  const caps = inject("isFull") ? [undefined, 100, 37] : [undefined, 37];
  const counts = inject("isFull") ? [0, 45, 200, 450] : [200, 250];
  const cases = totals.flatMap(([total, meta]) =>
    links.flatMap(([link, next]) => caps.map((cap) => ({ total, meta, link, next, cap }))),
  );

  test.each(cases)("the total $total, a link $link, pages of at most $cap", async (each) => {
    for (const count of counts) {
      const changing: typeof fetch = async (input, init) => {
        const page = (await (await fetch(input, init)).json()) as Page;
        return Response.json({ ...page, meta: each.meta(page, count), links: each.next(page) });
      };
      const { storage, emulator } = await openCloud({}, { fetch: changing });
      emulator.seed({
        volumes: Array.from({ length: count }, (_, index) => ({
          ...{ name: `v-${index}`, region: "nyc3", size_gigabytes: 1 },
        })),
      });
      if (each.cap !== undefined) {
        emulator.faults.add({ kind: "query", atMost: { per_page: each.cap }, match: { method: "GET" } });
      }
      const listed = await storage.volumes
        .list()
        .toArray()
        .catch((error: unknown) => error);
      // Everything, or an error; a part of it never.
      if (Array.isArray(listed)) expect(listed).toHaveLength(count);
      else expect(listed).toMatchObject({ code: "malformed_response" });
      const isSure = each.total === "is right" || each.link === "as it should be";
      if (isSure && !(each.total === "is null" && each.link === "on every page")) {
        expect(listed).toHaveLength(count);
      }
    }
  });

  test("a token is followed past a total that is too small", async () => {
    const small: typeof fetch = async (input, init) => {
      const page = (await (await fetch(input, init)).json()) as Page;
      return Response.json({ ...page, meta: { total: 10 } });
    };
    const { storage, emulator } = await openCloud({}, { fetch: small });
    const volumes = Array.from({ length: 450 }, (_, index) => ({ name: `v-${index}`, region: "nyc3" }));
    emulator.seed({ volumes: volumes.map((each) => ({ ...each, size_gigabytes: 1 })) });
    const { value } = await storage.volumes.list().byPage({ pageSize: 300 }).next();
    const { continuationToken } = value ?? {};
    const rest = await storage.volumes.list().byPage({ pageSize: 300, continuationToken }).next();
    expect(rest.value?.items).toHaveLength(150);
  });
});
