import type { BlockStorage } from "@polyvol/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { drill, restore, run, type StoppedDrill } from "../../src/index.ts";
import { drillName } from "../../src/naming.ts";
import type { EmulatedWorld } from "../support/emulated-clouds.ts";
import { createSeededWorld, NIGHTLY, VOLUMES } from "../support/seeded.ts";

const [{ id: volumeId } = { id: "" }, { id: otherId } = { id: "" }] = VOLUMES;
let world: EmulatedWorld;
beforeEach(async () => {
  world = await createSeededWorld();
});
afterEach(() => world.close());

async function volumeNames(storage: BlockStorage): Promise<string[]> {
  return (await storage.volumes.list().toArray()).map(({ name }) => name).sort();
}

describe.each(["do", "scp"] as const)("on %s", (cloud) => {
  test("a drill restores the newest snapshot, checks it, removes it and says how long it took", async () => {
    const clouds = world.open();
    await run(NIGHTLY, clouds, { clock: world.clock });
    const report = await drill({ cloud, from: { volumeId } }, clouds, { clock: world.clock });
    expect(report).toMatchObject({
      ok: true,
      cloud,
      volumeId,
      snapshotName: expect.stringMatching(/^polyvol-nightly-20260510T030000Z-/),
      checks: [
        { check: "readiness", result: "passed" },
        { check: "source", result: "passed" },
        { check: "size", result: "passed" },
      ],
      leftovers: [],
      problems: [],
    });
    expect(report.restoreMs).toBeGreaterThanOrEqual(0);
    expect(await volumeNames(clouds[cloud])).toEqual(["data-1", "data-2", "data-3"]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("leftovers of killed drills are removed by the next; one that may be under way and attached ones are not", async () => {
    const clouds = world.open();
    const storage = clouds[cloud];
    const [snapshot] = await storage.snapshots.list({ volumeId }).toArray();
    const make = (name: string) => storage.volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    await make(drillName(otherId, new Date(world.clock.now())));
    await world.clock.sleep(3_601_000);
    const now = world.clock.now();
    const young = drillName(otherId, new Date(now - 60_000));
    await make(drillName(volumeId, new Date(now - 60_000)));
    await make(young);
    await make("polyvol-drill-mine");
    const report = await drill({ cloud, from: { volumeId } }, clouds, { clock: world.clock });
    expect(report.ok).toBe(true);
    expect(report.leftovers.map(({ outcome }) => outcome).sort()).toEqual(["kept", "removed", "removed"]);
    expect(await volumeNames(storage)).toEqual(["data-1", "data-2", "data-3", young, "polyvol-drill-mine"]);
  });

  test("how old a leftover is, the provider says, whatever time its name and this machine tell", async () => {
    const clouds = world.open();
    const storage = clouds[cloud];
    const [snapshot] = await storage.snapshots.list({ volumeId }).toArray();
    const make = async (aheadMs: number): Promise<string> => {
      const name = drillName(otherId, new Date(world.clock.now() + aheadMs));
      await storage.volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
      return name;
    };
    const YEAR = 366 * 86_400_000;
    const old = await make(YEAR);
    await world.clock.sleep(3_601_000);
    const young = await make(-YEAR);
    // Samsung refuses what is signed by such a clock.
    const aheadMs = cloud === "do" ? YEAR : 0;
    const clock = { ...world.clock, now: () => world.clock.now() + aheadMs };
    const report = await drill({ cloud, from: { volumeId } }, world.open({ clock }), { clock });
    const outcomes = new Map(report.leftovers.map(({ name, outcome }) => [name, outcome]));
    expect(outcomes).toEqual(
      new Map([
        [old, "removed"],
        [young, "kept"],
      ]),
    );
  });

  test("a leftover of a provider that does not tell its time is kept: this machine's may be any", async () => {
    const clouds = world.open();
    const storage = clouds[cloud];
    const [snapshot] = await storage.snapshots.list({ volumeId }).toArray();
    const name = drillName(otherId, new Date(world.clock.now()));
    await storage.volumes.create({ name, sourceSnapshotId: snapshot?.id ?? "" });
    await world.clock.sleep(3_601_000);
    const checkHealth: typeof storage.checkHealth = async (options) => {
      const { clockSkewMs: _, serverTime: __, ...health } = await storage.checkHealth(options);
      return health;
    };
    const timeless = { ...clouds, [cloud]: { ...storage, checkHealth } };
    const report = await drill({ cloud, from: { volumeId } }, timeless, { clock: world.clock });
    expect(report.leftovers).toMatchObject([{ name, outcome: "kept", why: "maybe that of a run under way" }]);
  });

  test.runIf(cloud === "do")("a leftover that somebody holds is kept", async () => {
    const name = drillName(volumeId, new Date(world.clock.now() - 60_000));
    world.emulators.do.seed({
      volumes: [{ name, region: "nyc3", size_gigabytes: 10, tags: ["Polyvol-Hold:look-at-it"] }],
    });
    const report = await drill({ cloud, from: { volumeId } }, world.open(), { clock: world.clock });
    expect(report).toMatchObject({ ok: true, leftovers: [{ name, outcome: "kept" }] });
  });

  test("a drill killed after its volume was made: the next one ends clean", async () => {
    const abort = new AbortController();
    const dying: typeof fetch = async (input, init) => {
      abort.signal.throwIfAborted();
      const response = await fetch(input, init);
      const request = new Request(input, init);
      if (request.method === "POST" && new URL(request.url).pathname.endsWith("/volumes")) abort.abort();
      abort.signal.throwIfAborted();
      return response;
    };
    const options = { clock: world.clock, abortSignal: abort.signal };
    await expect(
      drill({ cloud, from: { volumeId } }, world.open({ fetch: dying }), options),
    ).rejects.toThrow();
    await world.clock.sleep(5_000);
    expect(await volumeNames(world.open()[cloud])).toHaveLength(4);
    const report = await drill({ cloud, from: { volumeId } }, world.open(), { clock: world.clock });
    expect(report).toMatchObject({ ok: true, leftovers: [{ outcome: "removed" }] });
    expect(await volumeNames(world.open()[cloud])).toEqual(["data-1", "data-2", "data-3"]);
  });

  test("aborted in the middle of the restore, it ends with the reason, and nothing is left", async () => {
    const storage = world.open()[cloud];
    const stop = new AbortController();
    const create: BlockStorage["volumes"]["create"] = (input, options) => {
      const onBegun = (): void => stop.abort(new Error("enough"));
      return storage.volumes.create(input, { ...options, onBegun });
    };
    const stopped = { ...storage, volumes: { ...storage.volumes, create } };
    const told: StoppedDrill[] = [];
    const onStopped = (each: StoppedDrill) => told.push(each);
    const options = { clock: world.clock, abortSignal: stop.signal, onStopped };
    const ended = drill({ cloud, from: { volumeId } }, { [cloud]: stopped }, options);
    await expect(ended).rejects.toThrow("enough");
    expect(told).toEqual([{ volumeName: expect.stringMatching(/^polyvol-drill-/), isRemoved: true }]);
    await world.clock.sleep(60_000);
    expect(await volumeNames(storage)).toEqual(["data-1", "data-2", "data-3"]);
  });

  test("aborted before it is known whether a volume was made, it does not say that there is none", async () => {
    const storage = world.open()[cloud];
    const stop = new AbortController();
    const create: BlockStorage["volumes"]["create"] = () => {
      stop.abort(new Error("enough"));
      return Promise.reject(stop.signal.reason);
    };
    const stopped = { ...storage, volumes: { ...storage.volumes, create } };
    const told: boolean[] = [];
    const onStopped = ({ isRemoved }: StoppedDrill) => told.push(isRemoved);
    const options = { clock: world.clock, abortSignal: stop.signal, onStopped };
    const ended = drill({ cloud, from: { volumeId } }, { [cloud]: stopped }, options);
    await expect(ended).rejects.toThrow("enough");
    expect(told).toEqual([false]);
  });

  test("a restore that fails is a result, and leaves nothing", async () => {
    const storage = world.open()[cloud];
    const create: BlockStorage["volumes"]["create"] = async (input, options) => {
      await storage.volumes.create(input, options);
      throw new Error("it never became usable");
    };
    const broken = { ...storage, volumes: { ...storage.volumes, create } };
    const report = await drill({ cloud, from: { volumeId } }, { [cloud]: broken }, { clock: world.clock });
    expect(report).toMatchObject({
      ok: false,
      checks: [],
      problems: [{ message: "it never became usable" }],
    });
    expect(await volumeNames(storage)).toEqual(["data-1", "data-2", "data-3"]);
  });

  test("a volume of another source or size fails the drill, and goes all the same", async () => {
    const storage = world.open()[cloud];
    const create: BlockStorage["volumes"]["create"] = async (input, options) => {
      const volume = await storage.volumes.create(input, options);
      return { ...volume, sizeGiB: 1, sourceSnapshotId: "another" };
    };
    const wrong = { ...storage, volumes: { ...storage.volumes, create } };
    const report = await drill({ cloud, from: { volumeId } }, { [cloud]: wrong }, { clock: world.clock });
    expect(report.ok).toBe(false);
    expect(report.checks.map(({ result }) => result)).toEqual(["passed", "failed", "failed"]);
    expect(await volumeNames(storage)).toEqual(["data-1", "data-2", "data-3"]);
  });

  test("restore makes a new volume of the newest, of one by id, or of one taken by an instant; again is the same", async () => {
    const clouds = world.open();
    const request = {
      cloud,
      from: { volumeId, policyId: "nightly" },
      newName: "data-1-restored",
      sizeGiB: 16,
    };
    const { volume, snapshot, created } = await restore(request, clouds);
    expect(snapshot.name).toMatch(/^polyvol-nightly-20260509T030000Z-/);
    expect(volume).toMatchObject({
      name: "data-1-restored",
      sizeGiB: 16,
      state: "available",
      sourceSnapshotId: snapshot.id,
    });
    expect(created).toBe(true);
    expect(await restore(request, clouds)).toMatchObject({ volume: { id: volume.id }, created: false });
    const earlier = await restore(
      { cloud, from: { volumeId, takenBy: new Date("2026-05-01T23:00:00Z") }, newName: "earlier" },
      clouds,
    );
    expect(earlier.snapshot.name).toBe("before the upgrade");
    const byId = await restore({ cloud, from: { snapshotId: snapshot.id }, newName: "by-id" }, clouds);
    expect(byId.volume.sourceSnapshotId).toBe(snapshot.id);
    expect(await volumeNames(clouds[cloud])).toHaveLength(6);
  });

  test("restore takes the options that go with the other calls, and hands on its own", async () => {
    const together = { clock: world.clock, timeoutMs: 600_000 };
    const { created } = await restore({ cloud, from: { volumeId }, newName: "back" }, world.open(), together);
    expect(created).toBe(true);
  });

  test("restore says what is wrong", async () => {
    const clouds = world.open();
    const from = { volumeId, takenBy: new Date("2020-01-01T00:00:00Z") };
    await expect(restore({ cloud, from, newName: "x" }, clouds)).rejects.toMatchObject({
      code: "not_found",
      reason: "it has no available snapshot taken by 2020-01-01T00:00:00.000Z, of 5 snapshots in all",
    });
    await expect(restore({ cloud, from: { volumeId }, newName: "data-1" }, clouds)).rejects.toMatchObject({
      code: "already_exists",
    });
    await expect(restore({ cloud: "aws", from: { volumeId }, newName: "x" }, clouds)).rejects.toThrow(
      'cloud: found "aws", allowed: do, scp',
    );
    await expect(
      drill({ cloud, from: { volumeId: "00000000-0000-4000-8000-00000000ffff" } }, clouds),
    ).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

test("a volume outside the storage's own region is drilled and restored where it is", async () => {
  const far = "00000000-0000-4000-8000-0000000000fa";
  world.emulators.do.seed({
    volumes: [{ id: far, name: "far", region: "sfo3", size_gigabytes: 10 }],
    snapshots: [{ name: "s", resource_id: far }],
  });
  const clouds = world.open();
  const from = { volumeId: far };
  const report = await drill({ cloud: "do", from }, clouds, { clock: world.clock });
  expect(report).toMatchObject({ ok: true, problems: [] });
  const { volume } = await restore({ cloud: "do", from, newName: "far-2" }, clouds);
  expect(volume).toMatchObject({ name: "far-2", region: "sfo3", sizeGiB: 10 });
});

test("and where its snapshot is, once the volume is lost", async () => {
  const lost = "00000000-0000-4000-8000-0000000000fb";
  world.emulators.do.seed({
    volumes: [{ id: lost, name: "lost", region: "sfo3", size_gigabytes: 10 }],
    snapshots: [{ name: "s", resource_id: lost }],
  });
  const clouds = world.open();
  await clouds.do.volumes.delete(lost, { snapshots: "keep" });
  const from = { volumeId: lost };
  expect(await drill({ cloud: "do", from }, clouds, { clock: world.clock })).toMatchObject({ ok: true });
  const { volume } = await restore({ cloud: "do", from, newName: "found" }, clouds);
  expect(volume).toMatchObject({ name: "found", region: "sfo3" });
});

test("a volume that cannot be looked at is not taken for a lost one", async () => {
  const kept = "00000000-0000-4000-8000-0000000000fc";
  world.emulators.do.seed({
    volumes: [{ id: kept, name: "kept", region: "sfo3", size_gigabytes: 10 }],
    snapshots: [{ name: "s", resource_id: kept }],
  });
  world.emulators.do.faults.add({
    kind: "answer",
    status: 403,
    match: { method: "GET", path: `/v2/volumes/${kept}` },
  });
  const restored = restore({ cloud: "do", from: { volumeId: kept }, newName: "no" }, world.open());
  await expect(restored).rejects.toMatchObject({ code: "permission_denied" });
});
