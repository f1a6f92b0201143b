/** What DigitalOcean can do and the neutral interface has no call for. */
import { createBlockStorage, type PolyvolEvent } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { digitalOcean } from "../src/index.ts";
import { openCloud } from "./cloud.ts";

const VOLUME = { id: "ab-1", name: "data", region: "nyc3", size_gigabytes: 5 };
const KEY = { name: "data", region: "nyc3" };
const SNAPSHOTS = [
  { name: "s", id: "cd-1", resource_id: "ab-1", region: "nyc3", min_disk_size: 5, tags: ["keep"] },
  { name: "a", id: "cd-2", resource_id: "ab-2", region: "ams3", min_disk_size: 5 },
  {
    name: "d",
    id: "73920155",
    resource_type: "droplet",
    resource_id: "1001",
    region: "nyc3",
    min_disk_size: 25,
  },
] as const;

describe("volumes by name", () => {
  test("delete, twice; attached it is refused", async () => {
    const { storage, emulator, sent } = await openCloud();
    emulator.seed({ volumes: [VOLUME, { ...VOLUME, id: "ab-2", region: "ams3" }] });
    const ocean = digitalOcean(storage);
    await ocean.deleteVolumeByName(KEY);
    await ocean.deleteVolumeByName(KEY);
    expect(await storage.volumes.list().toArray()).toMatchObject([{ id: "ab-2" }]);
    expect(sent().slice(0, 3)).toEqual([
      ...Array(2).fill("DELETE /v2/volumes?name=data&region=nyc3"),
      "GET /v2/volumes?name=data&region=nyc3&per_page=200",
    ]);
    emulator.seed({ volumes: [{ ...VOLUME, droplet_id: 1001 }] });
    expect(await failureOf(ocean.deleteVolumeByName(KEY))).toMatchObject({
      code: "failed_precondition",
      operation: "digitalocean.deleteVolumeByName",
    });
  });

  test("attach and detach, and the actions of it", async () => {
    const { storage, emulator, clock } = await openCloud();
    emulator.seed({ volumes: [VOLUME] });
    const ocean = digitalOcean(storage);
    const attach = await ocean.actOnVolumeByName("attach", KEY, "1001");
    expect(attach).toMatchObject({ status: "in-progress", type: "attach_volume", completed_at: null });
    await clock.sleep(6_000);
    expect(await ocean.getAction(attach.id)).toMatchObject({ status: "completed" });
    expect((await storage.volumes.get("ab-1")).attachments).toEqual([{ serverId: "1001" }]);
    const detach = await ocean.actOnVolumeByName("detach", KEY, "1001");
    await clock.sleep(6_000);
    expect(await ocean.getVolumeAction("ab-1", detach.id)).toMatchObject({ type: "detach_volume" });
    const { actions, meta } = await ocean.listActions("ab-1", { perPage: 1 });
    expect([actions.length, meta?.total]).toEqual([1, 2]);
  });

  test("an answer that was lost is not asked for again", async () => {
    const { storage, emulator, sent } = await openCloud();
    emulator.seed({ volumes: [VOLUME] });
    emulator.faults.add({ kind: "cut-after" });
    const error = await failureOf(digitalOcean(storage).actOnVolumeByName("attach", KEY, "1001"));
    expect(error).toMatchObject({ code: "unavailable", outcome: "unknown" });
    expect(sent()).toEqual(["POST /v2/volumes/actions"]);
  });

  test("and snapshots that a deletion does not find, and a read shows, are deleted again", async () => {
    const { storage, emulator } = await openCloud();
    emulator.seed({ volumes: [VOLUME], snapshots: SNAPSHOTS });
    const body = { id: "not_found", message: "The resource you were accessing could not be found." };
    const late = { kind: "answer", when: "before", status: 404, body, match: { method: "DELETE" } } as const;
    const ocean = digitalOcean(storage);
    emulator.faults.add({ ...late, count: 2 });
    await ocean.deleteVolumeByName(KEY);
    emulator.faults.add({ ...late, count: 2 });
    await ocean.deleteSnapshot("cd-1");
    expect(emulator.inventory()).toMatchObject({ volumes: [] });
    expect(JSON.stringify(emulator.inventory())).not.toContain("cd-1");
  });

  test("where the service heeds no filter, another volume is not taken for the one that has gone", async () => {
    const { storage, emulator } = await openCloud();
    const another = { id: "ab-9", name: "another", region: { slug: "nyc3" }, size_gigabytes: 5 };
    const volumes = [{ ...another, created_at: "2026-01-01T00:00:00Z", droplet_ids: [1001], tags: [] }];
    const body = { volumes, links: {}, meta: { total: 1 } };
    emulator.faults.add({ kind: "answer", when: "before", status: 200, body, match: { method: "GET" } });
    await digitalOcean(storage).deleteVolumeByName(KEY);
  });

  test.each<[string, (ocean: ReturnType<typeof digitalOcean>) => Promise<unknown>]>([
    ["a deletion without a name", (ocean) => ocean.deleteVolumeByName({ region: "nyc3" } as typeof KEY)],
    ["a deletion by an empty name", (ocean) => ocean.deleteVolumeByName({ ...KEY, name: "" })],
    ["a deletion by more than a name", (ocean) => ocean.deleteVolumeByName({ ...KEY, ...{ id: "ab-1" } })],
    ["another action", (ocean) => ocean.actOnVolumeByName("resize" as "attach", KEY, "1001")],
    ["half a page", (ocean) => ocean.listActions("ab-1", { page: 1.5 })],
    ["page 0", (ocean) => ocean.listSnapshots({}, { page: 0 })],
    ["a page of 201", (ocean) => ocean.listActions("ab-1", { perPage: 201 })],
    ["a page that is a text", (ocean) => ocean.listSnapshots({}, { perPage: "5" as unknown as number })],
    ["snapshots of a name", (ocean) => ocean.listSnapshots({ resourceType: "volume", ...{ name: "s" } })],
    ["snapshots of servers", (ocean) => ocean.listSnapshots({ resourceType: "server" as "droplet" })],
    ["a tag on a Droplet", (ocean) => ocean.addTag("keep", [{ kind: "droplet" as "volume", id: "1001" }])],
  ])("%s is refused, and nothing is sent", async (_, call) => {
    const { storage, sent } = await openCloud();
    expect((await failureOf(call(digitalOcean(storage)))).code).toBe("invalid_argument");
    expect(sent()).toEqual([]);
  });

  test("what cannot exist is not sent", async () => {
    const { storage, sent } = await openCloud();
    const ocean = digitalOcean(storage);
    expect((await failureOf(ocean.actOnVolumeByName("attach", KEY, "web-1"))).code).toBe("not_found");
    expect((await failureOf(ocean.getAction(2 ** 53))).code).toBe("not_found");
    expect((await failureOf(ocean.getVolumeAction("a/b", 1))).code).toBe("not_found");
    expect((await failureOf(ocean.listActions("actions"))).code).toBe("not_found");
    expect((await failureOf(ocean.getSnapshot(".."))).code).toBe("not_found");
    expect((await failureOf(ocean.createTag("not a tag"))).code).toBe("invalid_argument");
    expect(sent()).toEqual([]);
  });
});

test("snapshots of Droplets and volumes", async () => {
  const { storage, emulator, sent } = await openCloud();
  emulator.seed({ volumes: [VOLUME], snapshots: SNAPSHOTS, images: [99] });
  const ocean = digitalOcean(storage);
  const names = async (...query: Parameters<typeof ocean.listSnapshots>): Promise<string[]> =>
    (await ocean.listSnapshots(...query)).snapshots.map((each) => each.name).sort();
  expect(await names()).toEqual(["a", "d", "s"]);
  expect(await names({ resourceType: "droplet" })).toEqual(["d"]);
  expect(await names({ resourceType: "volume", region: "ams3" })).toEqual(["a"]);
  expect(await names({}, { page: 2, perPage: 2 })).toHaveLength(1);
  expect(await ocean.getSnapshot("73920155")).toMatchObject({ resource_type: "droplet", min_disk_size: 25 });
  expect(await ocean.getSnapshot("cd-1")).toMatchObject({ resource_type: "volume", tags: ["keep"] });
  expect((await failureOf(ocean.getSnapshot("99"))).code).toBe("invalid_argument");
  for (const id of ["73920155", "73920155", "cd-1"]) await ocean.deleteSnapshot(id);
  expect(await names()).toEqual(["a"]);
  expect(sent().filter((each) => each.startsWith("DELETE"))).toEqual([
    "DELETE /v2/snapshots/73920155",
    "DELETE /v2/snapshots/73920155",
    "DELETE /v2/snapshots/cd-1",
  ]);
});

test("tags", async () => {
  const { storage, emulator } = await openCloud();
  emulator.seed({ volumes: [VOLUME], snapshots: SNAPSHOTS });
  const ocean = digitalOcean(storage);
  const targets = [
    { kind: "volume", id: "ab-1" },
    { kind: "snapshot", id: "cd-1" },
  ] as const;
  expect(await ocean.createTag("Team:Storage")).toBe("Team:Storage");
  expect(await ocean.createTag("team:storage")).toBe("Team:Storage");
  await ocean.addTag("Team:Storage", targets);
  expect((await storage.volumes.get("ab-1")).tags).toEqual({ Team: "Storage" });
  expect((await storage.snapshots.get("cd-1")).tags).toEqual({ keep: "", Team: "Storage" });
  await ocean.removeTag("Team:Storage", targets);
  expect((await storage.snapshots.get("cd-1")).tags).toEqual({ keep: "" });
  expect((await failureOf(ocean.addTag("unknown", targets))).code).toBe("not_found");
});

test("events, retries and deadlines are the storage's", async () => {
  const events: PolyvolEvent[] = [];
  const { storage, emulator } = await openCloud({}, { onEvent: (event) => events.push(event) });
  emulator.faults.add({ kind: "answer", status: 503, count: 1 });
  await digitalOcean(storage).listSnapshots();
  expect(events.map((event) => event.type)).toEqual(["request", "response", "retry", "request", "response"]);
  expect(new Set(events.map((event) => event.operation))).toEqual(new Set(["digitalocean.listSnapshots"]));
  const aborted = digitalOcean(storage).listSnapshots({}, { abortSignal: AbortSignal.abort("enough") });
  await expect(aborted).rejects.toBe("enough");
});

test("a storage of another provider is refused", async () => {
  const { driver } = await openCloud();
  const other: BlockStorageDriver = { ...driver, provider: "other" };
  expect(() => digitalOcean(createBlockStorage(other))).toThrow(
    /this storage is of other, not of digitalocean/,
  );
});
