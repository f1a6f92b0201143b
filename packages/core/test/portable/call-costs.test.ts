import { createBlockStorage } from "@polyvol/core";
import { createMemoryAccount, type MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, inject, test } from "vitest";
import { openMemory } from "./open-memory.ts";

/** What the calls cost that docs/semantics.md has a table of. */
type Costs = Record<string, number>;

/** Creates and deletes are done when answered; resize, attach and detach end later, by a record. */
const LIKE_DIGITALOCEAN: MemoryAccountOptions = { names: "enforced", restoreSize: "snapshot" };
const BY_RECORD: MemoryAccountOptions = {
  ...LIKE_DIGITALOCEAN,
  mode: "record",
  asynchronous: { resizeVolumeMs: 1, attachVolumeMs: 1, detachVolumeMs: 1 },
};

const LIKE_SAMSUNG: MemoryAccountOptions = {
  names: "free",
  mode: "state",
  asynchronous: {
    createVolumeMs: 1,
    deleteVolumeMs: 1,
    createSnapshotMs: 1,
    deleteSnapshotMs: 1,
    resizeVolumeMs: 1,
    attachVolumeMs: 1,
    detachVolumeMs: 1,
  },
  paging: { style: "marker", maxPageSize: 1_000 },
};

async function measure(options: MemoryAccountOptions, immediate: boolean): Promise<Costs> {
  const supports = createMemoryAccount({}).capabilities.supports.filter(
    (each) => each !== "snapshots.outliveVolume" || immediate,
  );
  const { clock, account, driver } = openMemory({ ...options, capabilities: { supports } });
  const { volumes, snapshots } = createBlockStorage(
    immediate ? { ...driver, deletion: "immediate" } : driver,
    { clock },
  );
  const costs: Costs = {};
  async function cost<T>(name: string, call: () => Promise<T>): Promise<T> {
    const before = account.calls.total;
    const result = await call();
    costs[name] = account.calls.total - before;
    return result;
  }
  const volume = await cost("volumes.create", () => volumes.create({ name: "a", sizeGiB: 8 }));
  await cost("volumes.create, exists for less than a minute", () =>
    volumes.create({ name: "a", sizeGiB: 8 }),
  );
  await clock.sleep(60_000);
  await cost("volumes.create, exists", () => volumes.create({ name: "a", sizeGiB: 8 }));
  const snapshot = await cost("snapshots.create", () => snapshots.create({ volumeId: volume.id, name: "s" }));
  await cost("snapshots.create, exists for less than a minute", () =>
    snapshots.create({ volumeId: volume.id, name: "s" }),
  );
  await clock.sleep(60_000);
  await cost("snapshots.create, exists", () => snapshots.create({ volumeId: volume.id, name: "s" }));
  const restored = await cost("volumes.create from a snapshot", () =>
    volumes.create({ name: "b", sizeGiB: 8, sourceSnapshotId: snapshot.id }),
  );
  await cost("get", () => volumes.get(volume.id));
  await cost("find", () => volumes.find({ name: "a" }));
  await cost("resize", () => volumes.resize(volume.id, 16));
  await cost("attach", () => volumes.attach(volume.id, "server-1"));
  await cost("detach", () => volumes.detach(volume.id, "server-1"));
  await cost("detach, detached", () => volumes.detach(volume.id, "server-1"));
  await cost("snapshots.delete", () => snapshots.delete(snapshot.id));
  await cost("volumes.delete", () => volumes.delete(restored.id));
  return costs;
}

/** How many calls run side by side where looks are shared. */
const MANY = inject("isFull") ? 1_000 : 300;

describe("what calls cost in requests", () => {
  test("names enforced, answers settle creates and deletes, records for the rest", async () => {
    const [atOnce, byRecord] = [await measure(LIKE_DIGITALOCEAN, true), await measure(BY_RECORD, true)];
    const { resize, attach, detach } = byRecord;
    expect({ ...atOnce, resize, attach, detach }).toMatchInlineSnapshot(`
      {
        "attach": 4,
        "detach": 4,
        "detach, detached": 1,
        "find": 1,
        "get": 1,
        "resize": 4,
        "snapshots.create": 1,
        "snapshots.create, exists": 3,
        "snapshots.create, exists for less than a minute": 3,
        "snapshots.delete": 1,
        "volumes.create": 1,
        "volumes.create from a snapshot": 2,
        "volumes.create, exists": 3,
        "volumes.create, exists for less than a minute": 3,
        "volumes.delete": 1,
      }
    `);
  });

  test("names not enforced, 202 and polling", async () => {
    expect(await measure(LIKE_SAMSUNG, false)).toMatchInlineSnapshot(`
      {
        "attach": 3,
        "detach": 3,
        "detach, detached": 1,
        "find": 1,
        "get": 1,
        "resize": 3,
        "snapshots.create": 4,
        "snapshots.create, exists": 2,
        "snapshots.create, exists for less than a minute": 3,
        "snapshots.delete": 3,
        "volumes.create": 4,
        "volumes.create from a snapshot": 5,
        "volumes.create, exists": 2,
        "volumes.create, exists for less than a minute": 3,
        "volumes.delete": 4,
      }
    `);
  });

  test("many waits share listings: 50 snapshots cost less than one look for each round and snapshot", async () => {
    const { account, storage } = openMemory({
      names: "enforced",
      asynchronous: { createSnapshotMs: 60_000 },
    });
    const { volumes, snapshots } = storage;
    const ids: string[] = [];
    for (let index = 0; index < 50; index += 1) {
      ids.push((await volumes.create({ name: `v${index}`, sizeGiB: 1 })).id);
    }
    account.calls.reset();
    await Promise.all(ids.map((volumeId) => snapshots.create({ volumeId, name: "s" })));
    const looks = account.calls.of("getSnapshot") + account.calls.of("listSnapshots");
    process.stdout.write(
      `shared polls: ${looks} looks for 50 snapshots that took 60 s (single reads: ${50 * 15})\n`,
    );
    expect(looks).toBeLessThan(100);
  });

  test(`${MANY} side by side share their looks: pages of listings in place of a look for each`, async () => {
    const { clock, account, driver } = openMemory({
      ...LIKE_SAMSUNG,
      asynchronous: { createSnapshotMs: 3_000, deleteSnapshotMs: 1_000 },
      paging: { style: "marker", maxPageSize: 100 },
    });
    const { volumes, snapshots } = createBlockStorage(driver, { clock, random: () => 0.5 });
    const ids: string[] = [];
    for (let index = 0; index < MANY; index += 1) {
      ids.push((await volumes.create({ name: `v${index}`, sizeGiB: 8 })).id);
    }
    account.calls.reset();
    const made = await Promise.all(ids.map((volumeId) => snapshots.create({ volumeId, name: "s" })));
    const of = (method: Parameters<typeof account.calls.of>[0]): number => account.calls.of(method);
    const looks = (): number => of("getSnapshot") + of("listSnapshots");
    expect(of("createSnapshot")).toBe(MANY);
    const whileMaking = looks();
    account.calls.reset();
    await Promise.all(made.map(({ id }) => snapshots.delete(id)));
    expect(of("deleteSnapshot")).toBe(MANY);
    process.stdout.write(
      `${MANY} side by side, 100 for each page: ${whileMaking} requests of looks for the creates (alone: ${3 * MANY}), ` +
        `${looks()} for the deletions (alone: ${2 * MANY})\n`,
    );
    expect(whileMaking).toBeLessThanOrEqual(60);
    expect(looks()).toBeLessThanOrEqual(40);
  });
});
