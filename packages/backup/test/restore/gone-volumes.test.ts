/** Snapshots of a volume that is gone are found by the name that it had. */
import type { BlockStorage } from "@polyvol/core";
import { createDigitalOceanStorage } from "@polyvol/digitalocean";
import type { DigitalOceanOptions } from "@polyvol/emulators/digitalocean";
import { afterEach, expect, test } from "vitest";
import { audit, drill, parsePolicies, plan, restore, run, status } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { createMemoryWorld } from "../support/memory-clouds.ts";
import { nightly } from "../support/shapes.ts";

const DAY_MS = 86_400_000;
const POLICIES = parsePolicies({ nightly: nightly({ allowEmpty: true }) });

let world: EmulatedWorld;
afterEach(() => world?.close());

async function open(options: DigitalOceanOptions = {}): Promise<BlockStorage> {
  world = await createEmulatedWorld("2026-05-01T03:05:00Z", {
    do: {
      ...options,
      tokens: [
        "dop_v1_test_token_for_backups",
        {
          token: "NARROW",
          scopes: ["block_storage:read", "block_storage:create", "block_storage_snapshot:read"],
        },
        { token: "BLIND", scopes: ["block_storage:read", "block_storage_snapshot:read", "snapshot:read"] },
      ],
    },
  });
  return world.open().do;
}

/** Options of a storage of the account. */
function account() {
  return { token: "dop_v1_test_token_for_backups", baseUrl: world.urls.do, clock: world.clock };
}

/** Backs everything up on so many nights. */
async function nights(storage: BlockStorage, count: number): Promise<void> {
  for (let night = 0; night < count; night += 1) {
    await run(POLICIES, { do: storage }, { clock: world.clock });
    await world.clock.sleep(DAY_MS);
  }
}

const from = (volumeName: string, more: object = {}) => ({
  cloud: "do",
  from: { volumeName, ...more },
  newName: "new",
});

test("each snapshot carries the name of its volume, by one tag for each volume", async () => {
  const storage = await open();
  await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 2);
  const taken = await storage.snapshots.list().toArray();
  expect(taken.map(({ tags }) => tags)).toEqual(
    taken.map(() => ({ "polyvol-policy": "nightly", "polyvol-volume": "orders-db" })),
  );
});

test("a name that is no tag is left out, and the snapshot is made", async () => {
  const memory = createMemoryWorld("2026-05-01T03:05:00Z", {
    do: { limits: { volumeName: { pattern: ".+", minLength: 1, maxLength: 300, inWords: "anything" } } },
  });
  const storage = memory.open().do;
  await storage.volumes.create({ name: "ümlaut und mehr", sizeGiB: 8 });
  const report = await run(POLICIES, { do: storage }, { clock: memory.clock });
  expect(report.ok).toBe(true);
  const [taken] = await storage.snapshots.list().toArray();
  expect(taken?.tags).toEqual({ "polyvol-policy": "nightly" });
});

test("a name is cut between its characters, and the snapshot is made", async () => {
  const memory = createMemoryWorld("2026-05-01T03:05:00Z", {
    do: { limits: { volumeName: { pattern: ".+", minLength: 1, maxLength: 300, inWords: "anything" } } },
  });
  const storage = memory.open().do;
  for (const length of [97, 98, 99, 100])
    await storage.volumes.create({ name: `${"a".repeat(length)}😀 and more`, sizeGiB: 8 });
  const report = await run(POLICIES, { do: storage }, { clock: memory.clock });
  expect(report).toMatchObject({ ok: true, totals: { created: 4 } });
});

test("the newest of a volume that is gone is restored and drilled by its name, and audit says the name", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await storage.volumes.create({ name: "web", sizeGiB: 10 });
  await nights(storage, 2);
  await storage.volumes.delete(id);
  const newest = (await storage.snapshots.list({ volumeId: id }).toArray()).toSorted(
    (a, b) => +b.createdAt - +a.createdAt,
  )[0];
  expect((await restore(from("orders-db"), { do: storage })).snapshot.id).toBe(newest?.id);
  const drilled = await drill(
    { cloud: "do", from: { volumeName: "orders-db" } },
    { do: storage },
    { clock: world.clock },
  );
  expect(drilled).toMatchObject({ ok: true, snapshotId: newest?.id });
  const { findings } = await audit(POLICIES, { do: storage });
  expect(findings).toMatchObject([
    {
      kind: "volume_gone",
      volumeId: id,
      volumeName: "orders-db",
      message: "their volume, orders-db, does not exist any more; no policy deletes them",
    },
  ]);
  await expect(restore(from("nothing"), { do: storage })).rejects.toMatchObject({ code: "not_found" });
});

test("a new volume that has taken the name is said at once, and what was meant is asked", async () => {
  const storage = await open();
  const old = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 2);
  await storage.volumes.delete(old.id);
  const made = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  const hint = { effect: "attention", volumeName: "orders-db", message: expect.stringContaining(old.id) };
  const now = new Date(world.clock.now());
  expect((await plan(POLICIES, { do: storage }, now)).problems).toMatchObject([hint]);
  expect((await status(POLICIES, { do: storage }, now)).problems).toMatchObject([hint]);
  const asked = {
    code: "conflict",
    reason: expect.stringMatching(
      new RegExp(`${made.id}, which is there .*; ${old.id}, which is gone \\(2 snapshots`),
    ),
  };
  await expect(restore(from("orders-db"), { do: storage })).rejects.toMatchObject(asked);
  // The new one has a snapshot now: no run says it again, and a restore by name still does not guess.
  await nights(storage, 1);
  expect((await plan(POLICIES, { do: storage }, new Date(world.clock.now()))).problems).toEqual([]);
  await expect(restore(from("orders-db"), { do: storage })).rejects.toMatchObject(asked);
  const restored = await restore({ ...from(""), from: { volumeId: old.id } }, { do: storage });
  expect(restored.snapshot.volumeId).toBe(old.id);
});

test("two volumes of one name that are gone are named, not guessed", async () => {
  const storage = await open();
  const ids: string[] = [];
  for (let round = 0; round < 2; round += 1) {
    const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
    ids.push(id);
    await nights(storage, 1);
    await storage.volumes.delete(id);
  }
  await expect(restore(from("orders-db"), { do: storage })).rejects.toMatchObject({
    code: "conflict",
    reason: expect.stringContaining(ids[0] ?? ""),
  });
  await expect(restore(from("orders-db"), { do: storage })).rejects.toThrow(ids[1]);
});

test("a restore under the old name goes on when it is asked for again", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 2);
  await storage.volumes.delete(id);
  const request = { ...from("orders-db"), newName: "orders-db" };
  const one = await restore(request, { do: storage });
  const two = await restore(request, { do: storage });
  expect(two.volume.id).toBe(one.volume.id);
  expect((await plan(POLICIES, { do: storage }, new Date(world.clock.now()))).problems).toEqual([]);
});

test("a volume with a history of its own is taken without a look at others", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 3);
  const before = world.emulators.do.log.entries().length;
  expect((await restore(from("orders-db"), { do: storage })).snapshot.volumeId).toBe(id);
  const paths = world.emulators.do.log
    .entries()
    .slice(before)
    .map(({ target }) => target.split("?")[0]);
  expect(paths).not.toContain("/v2/snapshots");
});

test("the region says which", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", region: "ams3", sizeGiB: 10 });
  await nights(storage, 1);
  await storage.volumes.delete(id);
  await expect(restore(from("orders-db", { region: "nyc3" }), { do: storage })).rejects.toMatchObject({
    code: "not_found",
  });
  const found = await restore(from("orders-db", { region: "nyc3", elsewhere: true }), { do: storage });
  expect(found.volume.region).toBe("ams3");
});

test("one whose snapshots show no region that a create takes is restored, and known by its region", async () => {
  const storage = await open({ snapshotRegionNames: { nyc1: "nbg1" } });
  const inNyc1 = { ...storage, volumes: createDigitalOceanStorage({ ...account(), region: "nyc1" }).volumes };
  const { id } = await storage.volumes.create({ name: "orders-db", region: "nyc1", sizeGiB: 10 });
  await nights(storage, 1);
  await storage.volumes.delete(id);
  const { volume } = await restore(from("orders-db"), { do: inNyc1 });
  expect(volume.region).toBe("nyc1");
  const drilled = await drill(
    { cloud: "do", from: { volumeId: id } },
    { do: inNyc1 },
    { clock: world.clock },
  );
  expect(drilled).toMatchObject({ ok: true, problems: [] });

  // A new one of its name is not taken for it, whether the region is said or not.
  await storage.volumes.create({ name: "orders-db", region: "nyc1", sizeGiB: 10 });
  const { problems } = await plan(POLICIES, { do: storage }, new Date(world.clock.now()));
  expect(problems).toMatchObject([{ code: "not_found", message: expect.stringContaining(id) }]);
  await nights(storage, 1);
  for (const region of [undefined, "nyc1"])
    await expect(restore(from("orders-db", { region }), { do: inNyc1 })).rejects.toMatchObject({
      code: "conflict",
      reason: expect.stringContaining(id),
    });
});

test("where tags are hidden, that the name is not found says so", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 1);
  await storage.volumes.delete(id);
  expect(storedSnapshots(world)).toHaveLength(1);
  const blind = createDigitalOceanStorage({
    token: "BLIND",
    region: "nyc3",
    baseUrl: world.urls.do,
    clock: world.clock,
  });
  await expect(restore(from("orders-db"), { do: blind })).rejects.toMatchObject({
    code: "permission_denied",
    reason: expect.stringContaining("the scope tag:read"),
  });
});

test("snapshots that say no name are told by the ids of their volumes, whether the name is new or nowhere", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await storage.snapshots.create({ volumeId: id, name: "by hand" });
  await storage.volumes.delete(id);
  const told = {
    code: "not_found",
    reason: expect.stringContaining(`say no name are left of ${id}, which is gone (1 snapshot`),
  };
  await expect(restore(from("orders-db"), { do: storage })).rejects.toMatchObject(told);
  await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await expect(restore(from("orders-db"), { do: storage })).rejects.toMatchObject(told);
});

test("a token that may only see the snapshots of one volume restores a young volume by name", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 1);
  const narrow = createDigitalOceanStorage({
    token: "NARROW",
    region: "nyc3",
    baseUrl: world.urls.do,
    clock: world.clock,
  });
  expect((await restore(from("orders-db"), { do: narrow })).snapshot.volumeId).toBe(id);
  await expect(restore(from("gone-db"), { do: narrow })).rejects.toMatchObject({
    code: "permission_denied",
    reason: expect.stringContaining("snapshot:read"),
  });
});

test("what is no name and no date is refused in plain words", async () => {
  const storage = await open();
  const restored = (choice: object): Promise<unknown> =>
    restore({ cloud: "do", from: choice as never, newName: "new" }, { do: storage });
  await expect(restored({ volumeName: "" })).rejects.toThrow(
    'name: found "", allowed: a text that is not empty',
  );
  await expect(restored({ volumeName: "db", takenBy: new Date("never") })).rejects.toMatchObject({
    code: "invalid_argument",
    problems: [{ path: "takenBy", found: "an invalid date", allowed: "a valid date" }],
  });
});

test("a choice under another key is refused by its key", async () => {
  const storage = createMemoryWorld("2026-05-01T03:05:00Z").open().do;
  const restored = restore({ cloud: "do", from: { volume: "db" } as never, newName: "new" }, { do: storage });
  await expect(restored).rejects.toThrow(
    "from: found volume, allowed: a text as snapshotId, or as volumeId, or as volumeName",
  );
});

test("a choice whose id is undefined goes by the name beside it, and never by all snapshots there are", async () => {
  const storage = await open();
  const { id } = await storage.volumes.create({ name: "orders-db", sizeGiB: 10 });
  await nights(storage, 1);
  const other = await storage.volumes.create({ name: "users-db", sizeGiB: 10 });
  await storage.snapshots.create({ volumeId: other.id, name: "newer" });
  const restored = async (choice: object) =>
    await restore({ cloud: "do", from: choice as never, newName: "new" }, { do: storage });
  const { snapshot } = await restored({
    snapshotId: undefined,
    volumeId: undefined,
    volumeName: "orders-db",
  });
  expect(snapshot.volumeId).toBe(id);
  await expect(restored({ volumeId: undefined })).rejects.toMatchObject({ code: "invalid_argument" });
});

test("no older snapshot is taken quietly while the newest is being restored from", async () => {
  await open();
  const id = "00000000-0000-4000-8000-000000000001";
  world.emulators.scp.seed({
    volumes: [{ id, name: "db" }],
    snapshots: [
      { volume_id: id, name: "old", created_at: "2026-04-01T00:00:00Z" },
      { volume_id: id, name: "new", created_at: "2026-04-02T00:00:00Z", status: "restoring" },
    ],
  });
  const request = { cloud: "scp", from: { volumeId: id }, newName: "again" };
  await expect(restore(request, world.open())).rejects.toMatchObject({
    code: "failed_precondition",
    message: expect.stringContaining("its newest good snapshot new is being restored from"),
  });
  const before = { volumeId: id, takenBy: new Date("2026-04-01T12:00:00Z") };
  expect((await restore({ ...request, from: before }, world.open())).snapshot.name).toBe("old");
});
