/** What stands between (a proxy, a wrong path, a mixed-up cache) answers in the service's place: nothing is believed. */
import type { Fault } from "@polyvol/emulators";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { digitalOcean } from "../src/native-operations.ts";
import { type Cloud, openCloud } from "./cloud.ts";

const STRANGERS: readonly (readonly [string, Fault])[] = [
  ["404 with other JSON", { kind: "answer", status: 404, body: { message: "unknown path" } }],
  ["404 with another word", { kind: "answer", status: 404, body: { id: "no_route", message: "no route" } }],
  ["404 as a web page", { kind: "html", status: 404 }],
  ["400 as a web page", { kind: "html", status: 400 }],
  ["404 as text", { kind: "answer", status: 404, body: "default backend - 404" }],
  ["404 without a body", { kind: "answer", status: 404, body: "" }],
  ["410 with other JSON", { kind: "answer", status: 410, body: { error: "Gone" } }],
  ["409 with other JSON", { kind: "answer", status: 409, body: { message: "conflict" } }],
  ["200 with JSON", { kind: "answer", status: 200, body: { ok: true } }],
  ["202 without a body", { kind: "answer", status: 202, body: "" }],
  ["202 with JSON", { kind: "answer", status: 202, body: { status: "accepted" } }],
];

async function withOneEach(fault: Fault, method: string): Promise<Cloud & { ids: [string, string] }> {
  const cloud = await openCloud({ snapshotIntervalMs: 0 });
  const volume = await cloud.storage.volumes.create({ name: "data", sizeGiB: 10 });
  const snapshot = await cloud.storage.snapshots.create({ volumeId: volume.id, name: "s" });
  cloud.emulator.faults.add({ ...fault, match: { method } });
  return { ...cloud, ids: [volume.id, snapshot.id] };
}

describe.each(STRANGERS)("%s", (_, fault) => {
  test("is no deletion", async () => {
    const { storage, emulator, sent, ids } = await withOneEach(fault, "DELETE");
    const before = sent().length;
    for (const deletion of [
      () => storage.volumes.delete(ids[0]),
      () => storage.snapshots.delete(ids[1]),
      () => digitalOcean(storage).deleteSnapshot(ids[1]),
      () => digitalOcean(storage).deleteVolumeByName({ name: "data", region: "nyc3" }),
    ]) {
      const error = await failureOf(deletion());
      expect(["unavailable", "malformed_response"]).toContain(error.code);
      expect(error.outcome).toBe("unknown");
    }
    expect(emulator.state()).toMatchObject({ volumes: [{}], snapshots: [{}] });
    expect(sent().length - before, "repeated, and not for long").toBeLessThanOrEqual(4 * 6);
  });

  test("is no absence", async () => {
    const { storage, ids } = await withOneEach(fault, "GET");
    const unclear = expect.objectContaining({
      code: expect.stringMatching(/^(?:unavailable|malformed_response)$/),
    });
    await expect(storage.volumes.get(ids[0])).rejects.toEqual(unclear);
    await expect(storage.snapshots.get(ids[1])).rejects.toEqual(unclear);
    await expect(storage.volumes.find({ name: "data" })).rejects.toEqual(unclear);
    await expect(storage.snapshots.find({ name: "s", volumeId: ids[0] })).rejects.toEqual(unclear);
    await expect(storage.volumes.resize(ids[0], 20)).rejects.toEqual(unclear);
    await expect(
      storage.volumes.create({ name: "copy", sizeGiB: 10, sourceSnapshotId: ids[1] }),
    ).rejects.toEqual(unclear);
  });
});

test("a stranger's 409 does not say that a name is taken", async () => {
  const { storage, emulator } = await openCloud();
  const body = { message: "conflict" };
  emulator.faults.add({ kind: "answer", status: 409, body, count: 1, match: { method: "POST" } });
  expect((await storage.volumes.create({ name: "data", sizeGiB: 10 })).name).toBe("data");
  expect(emulator.state()).toMatchObject({ volumes: [{}] });
});

test.each([400, 405, 413, 429])(
  "a %i as a web page, after the service has made what was asked, is no refusal: it is found",
  async (status) => {
    const { storage, emulator } = await openCloud({ snapshotIntervalMs: 0 });
    const fault = { kind: "html", status, when: "after", count: 1 } as const;
    emulator.faults.add({ ...fault, match: { method: "POST" } });
    const volume = await storage.volumes.create({ name: "data", sizeGiB: 10 });
    emulator.faults.add({ ...fault, match: { method: "POST" } });
    await storage.volumes.resize(volume.id, 20);
    expect(emulator.state()).toMatchObject({ volumes: [{ id: volume.id, size_gigabytes: 20 }] });
  },
);

describe("answers about something else", () => {
  const named = (name: string): Record<string, unknown> => ({
    ...{ id: "00000000-0000-11f0-8a2b-0a58ac14aaaa", name, size_gigabytes: 10, region: { slug: "nyc3" } },
    created_at: "2026-07-14T09:00:00Z",
  });

  test("a read that shows another volume or snapshot", async () => {
    const { storage, emulator } = await openCloud({ snapshotIntervalMs: 0 });
    const one = await storage.volumes.create({ name: "one", sizeGiB: 10 });
    emulator.faults.add({ kind: "answer", status: 200, body: { volume: named("two") }, count: 1 });
    expect((await storage.volumes.get(one.id)).name, "asked again").toBe("one");
    emulator.faults.add({ kind: "answer", status: 200, body: { volume: named("two") } });
    const error = await failureOf(storage.volumes.get(one.id));
    expect(error).toMatchObject({ code: "malformed_response" });
    expect(error.reason).toContain(one.id);
    expect(error.reason).toContain("00000000-0000-11f0-8a2b-0a58ac14aaaa");
  });

  test("an id in other capitals is the same", async () => {
    const { storage, emulator } = await openCloud();
    const { id } = await storage.volumes.create({ name: "one", sizeGiB: 10 });
    const body = { volume: { ...named("one"), id } };
    emulator.faults.add({ kind: "answer", status: 200, body, count: 1 });
    expect((await storage.volumes.get(id.toUpperCase())).name).toBe("one");
  });

  test("a create that is answered with another's is looked for, and ends with one's own", async () => {
    const { storage, emulator } = await openCloud({ snapshotIntervalMs: 0 });
    const match = { method: "POST" };
    const answer = { volume: named("theirs") };
    emulator.faults.add({ kind: "answer", when: "after", status: 201, body: answer, count: 1, match });
    const volume = await storage.volumes.create({ name: "ours", sizeGiB: 10 });
    expect(volume.name).toBe("ours");
    const other = { ...named("s"), ...{ resource_type: "volume", regions: ["nyc3"], min_disk_size: 10 } };
    const snapshot = { ...other, resource_id: "00000000-0000-11f0-8a2b-0a58ac14bbbb" };
    emulator.faults.add({ kind: "answer", when: "after", status: 201, body: { snapshot }, count: 1, match });
    expect(await storage.snapshots.create({ volumeId: volume.id, name: "s" })).toMatchObject({
      volumeId: volume.id,
    });
    expect(emulator.state()).toMatchObject({ volumes: [{ name: "ours" }], snapshots: [{ name: "s" }] });
  });

  test.each([
    ["elsewhere", { region: { slug: "ams3" } }, "asked for a volume in nyc3, it is in ams3"],
    ["larger", { size_gigabytes: 99 }, "asked for a volume of 10 GiB, it has 99 GiB"],
    [
      "of another snapshot",
      { description: "[polyvol source=00000000-0000-11f0-8a2b-0a58ac14cccc]" },
      "asked for a volume from no snapshot, it is from 00000000-0000-11f0-8a2b-0a58ac14cccc",
    ],
  ])("a create that is answered with a volume %s is looked for", async (_, odd, words) => {
    const { storage, emulator } = await openCloud();
    const body = { volume: { ...named("ours"), ...odd } };
    const match = { method: "POST" };
    emulator.faults.add({ kind: "answer", when: "after", status: 201, body, count: 1, match });
    const { id } = await storage.volumes.create({ name: "ours", sizeGiB: 10 });
    expect(emulator.state()).toMatchObject({ volumes: [{ id, name: "ours" }] });
    await storage.volumes.delete(id);
    emulator.faults.add({ kind: "answer", status: 201, body, match });
    const error = await failureOf(storage.volumes.create({ name: "ours", sizeGiB: 10 }));
    expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown" });
    expect(error.reason).toContain(words);
  });

  test("an action that is another one is not followed", async () => {
    const { driver, context, emulator, storage } = await openCloud();
    const { id } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
    const changed = await driver.attachVolume?.(id, "1001", context);
    const action = { id: 7, status: "completed", type: "attach_volume" };
    emulator.faults.add({ kind: "answer", status: 200, body: { action }, count: 1 });
    const error = await failureOf(changed?.pending && driver.checkPending?.(changed.pending, context));
    expect(error).toMatchObject({ code: "malformed_response" });
  });
});
