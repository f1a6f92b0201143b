/** What was made just now, where the service answers from copies that have not heard of it. */
import { describe, expect, test } from "vitest";
import { createDigitalOceanStorage } from "../src/create.ts";
import { openCloud, TOKEN } from "./cloud.ts";

const LAG_MS = 3_000;

/** A cloud that finds nothing under an id for three seconds after it was made. */
async function laggingCloud() {
  const madeAt = new Map<string, number>();
  const lagging: typeof fetch = async (input, init) => {
    const url = String(input);
    const isLate = ([id, at]: [string, number]): boolean => url.includes(id) && clock.now() < at + LAG_MS;
    if ([...madeAt].some(isLate)) {
      return Response.json({ id: "not_found", message: "The resource was not found." }, { status: 404 });
    }
    const response = await fetch(input, init);
    if (response.status !== 201) return response;
    const { volume, snapshot } = (await response.clone().json()) as Record<string, { id: string }>;
    madeAt.set((volume ?? snapshot)?.id ?? "", clock.now());
    return response;
  };
  const cloud = await openCloud({}, { fetch: lagging });
  const { clock, storage, emulator } = cloud;
  const make = (name: string) => storage.volumes.create({ name, sizeGiB: 10 });
  const left = (): readonly unknown[] => Object.values(emulator.inventory()).flat();
  return { ...cloud, make, left };
}

test("a volume or snapshot is read, changed and copied as soon as it shows", async () => {
  const { storage, make, clock } = await laggingCloud();
  const { id } = await make("read");
  const from = clock.now();
  expect(await storage.volumes.get(id)).toMatchObject({ id });
  expect(clock.now() - from).toBeGreaterThanOrEqual(LAG_MS);
  expect(await storage.volumes.resize((await make("grown")).id, 20)).toMatchObject({ sizeGiB: 20 });
  const attached = await storage.volumes.attach((await make("attached")).id, "1001");
  expect(attached.attachments).toMatchObject([{ serverId: "1001" }]);
  const { id: volumeId } = await make("copied");
  const { id: sourceSnapshotId } = await storage.snapshots.create({ volumeId, name: "copy" });
  const restored = await storage.volumes.create({ name: "restored", sourceSnapshotId, sizeGiB: 20 });
  expect(restored).toMatchObject({ sizeGiB: 20, sourceSnapshotId });
});

test("what another process makes of a snapshot is grown, though a copy does not know it yet", async () => {
  const { storage, emulator, options } = await openCloud();
  const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  const { id: sourceSnapshotId } = await storage.snapshots.create({ volumeId, name: "copy" });
  const input = { name: "restored", sourceSnapshotId, sizeGiB: 20 };
  const { resource } = await createDigitalOceanStorage(options).volumes.beginCreate(input);
  expect(resource.sizeGiB).toBe(10);
  const body = { id: "not_found", message: "The resource you were accessing could not be found." };
  const match = { method: "GET", path: `/v2/volumes/${resource.id}` };
  emulator.faults.add({ kind: "answer", when: "before", status: 404, body, match, skip: 1, count: 1 });
  expect(await storage.volumes.create(input)).toMatchObject({ id: resource.id, sizeGiB: 20 });
});

test.each(["volume", "snapshot"])(
  "a %s that a read has shown is there, though the next one comes from a copy that does not know it",
  async (kind) => {
    const { storage, emulator } = await openCloud();
    const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
    const { id: snapshotId } = await storage.snapshots.create({ volumeId, name: "copy" });
    await Promise.all([storage.volumes.get(volumeId), storage.snapshots.get(snapshotId)]);
    const path = kind === "volume" ? `/v2/volumes/${volumeId}` : `/v2/volumes/snapshots/${snapshotId}`;
    emulator.faults.add({ ...NOT_FOUND, count: 1, match: { method: "GET", path } });
    if (kind === "volume") expect(await storage.volumes.resize(volumeId, 20)).toMatchObject({ sizeGiB: 20 });
    else
      expect(
        await storage.volumes.create({ name: "restored", sizeGiB: 20, sourceSnapshotId: snapshotId }),
      ).toMatchObject({ sizeGiB: 20 });
  },
);

test("a restore made again is done, though a copy shows the volume before it was grown", async () => {
  const { storage, emulator, url } = await openCloud();
  const { id: volumeId } = await storage.volumes.create({ name: "data", sizeGiB: 10 });
  const { id: sourceSnapshotId } = await storage.snapshots.create({ volumeId, name: "copy" });
  const input = { name: "restored", sourceSnapshotId, sizeGiB: 20 };
  const { id } = await storage.volumes.create(input);
  const path = `/v2/volumes/${id}`;
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const { volume } = (await answer.json()) as { volume: object };
  const body = { volume: { ...volume, size_gigabytes: 10 } };
  emulator.faults.add({ kind: "answer", status: 200, body, count: 3, match: { method: "GET", path } });
  expect(await storage.volumes.create(input)).toMatchObject({ id, sizeGiB: 20 });
});

test("a deletion is not done because what is to go does not show yet", async () => {
  const { storage, make, clock, left } = await laggingCloud();
  const { id: volumeId } = await make("data");
  const { id: snapshotId } = await storage.snapshots.create({ volumeId, name: "copy" });
  await storage.snapshots.delete(snapshotId);
  const { id } = await make("other");
  await storage.volumes.delete(id);
  await storage.volumes.delete(volumeId);
  expect(left()).toEqual([]);
  const from = clock.now();
  await storage.volumes.delete(id);
  await expect(storage.volumes.get(id)).rejects.toMatchObject({ code: "not_found" });
  expect(clock.now(), "what was deleted is not waited for").toBe(from);
});

test("what somebody else has deleted meanwhile is missing after a minute, and at the deadline nothing is known", async () => {
  const { storage, make, options, clock } = await laggingCloud();
  const { id } = await make("data");
  const { fetch: _, ...direct } = options;
  await createDigitalOceanStorage(direct).volumes.delete(id);
  const from = clock.now();
  await expect(storage.volumes.get(id, { timeoutMs: 20_000 })).rejects.toMatchObject({
    ...{ code: "conflict", retryable: true },
    message: expect.stringContaining("was made just now and does not show yet"),
  });
  await storage.volumes.delete(id);
  expect(clock.now() - from).toBeGreaterThanOrEqual(60_000);
  await expect(storage.volumes.get(id)).rejects.toMatchObject({ code: "not_found" });
});

describe("a create that goes on in another process, whose copies show nothing of it yet,", () => {
  async function begun() {
    const { clock, storage, options } = await openCloud();
    const { ref } = await storage.volumes.beginCreate({ name: "data", sizeGiB: 10 });
    let showsAt = Number.POSITIVE_INFINITY;
    const behind: typeof fetch = async (input, init) => {
      if (clock.now() >= showsAt) return await fetch(input, init);
      return String(input).includes(ref.resourceId)
        ? Response.json(NOT_FOUND.body, { status: 404 })
        : Response.json({ volumes: [], links: {}, meta: { total: 0 } });
    };
    const elsewhere = createDigitalOceanStorage({ ...options, fetch: behind });
    const showIn = (ms: number): void => {
      showsAt = clock.now() + ms;
    };
    return { clock, ref, elsewhere, showIn };
  }

  test("goes on once they do", async () => {
    const { ref, elsewhere, showIn } = await begun();
    showIn(LAG_MS);
    const resumed = await elsewhere.resume(JSON.parse(JSON.stringify(ref)));
    expect(await resumed.wait()).toMatchObject({ id: ref.resourceId });
  });

  test("is known to have gone a minute after it was made, and not before", async () => {
    const { clock, ref, elsewhere } = await begun();
    const from = clock.now();
    await expect(elsewhere.resume(ref, { timeoutMs: 10_000 })).rejects.toMatchObject({
      // It was made: that this call has changed nothing is no word on it.
      ...{ code: "conflict", retryable: true, resource: { id: ref.resourceId }, outcome: undefined },
      message: expect.stringContaining("was made just now and does not show yet"),
    });
    await expect(elsewhere.resume(ref, { timeoutMs: 300_000 })).rejects.toMatchObject({ code: "not_found" });
    const goneAt = clock.now();
    expect(goneAt - from).toBeGreaterThanOrEqual(60_000);
    await expect(elsewhere.resume(ref)).rejects.toMatchObject({ code: "not_found" });
    expect(clock.now()).toBe(goneAt);
  });
});

const NOT_FOUND = {
  kind: "answer",
  when: "before",
  status: 404,
  body: { id: "not_found", message: "The resource you were accessing could not be found." },
} as const;

test.each(["volume", "snapshot"])(
  "a %s of another process that only the deletion does not find yet is deleted",
  async (kind) => {
    const { storage, emulator, options } = await openCloud();
    const other = createDigitalOceanStorage({ ...options });
    const { id: volumeId } = await other.volumes.create({ name: "data", sizeGiB: 10 });
    const { id: snapshotId } = await other.snapshots.create({ volumeId, name: "s" });
    emulator.faults.add({ ...NOT_FOUND, count: 2, match: { method: "DELETE" } });
    // What cannot be read meanwhile may be there all the same.
    emulator.faults.add({
      ...{ kind: "answer", when: "before", status: 503, body: {}, count: 6 },
      match: { method: "GET", path: new RegExp(`/${kind}s/`) },
    });
    await (kind === "volume" ? storage.volumes.delete(volumeId) : storage.snapshots.delete(snapshotId));
    const { volumes, snapshots } = emulator.inventory();
    expect(kind === "volume" ? volumes : snapshots).toEqual([]);
  },
);
