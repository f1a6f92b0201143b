import { afterEach, describe, expect, test } from "vitest";
import {
  apply,
  audit,
  type Policy,
  type PolicyDefinition,
  parsePolicies,
  plan,
  prune,
  run,
  snapshotName,
  status,
} from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { seededMarks } from "../support/marks.ts";
import { nightly } from "../support/shapes.ts";

const VOLUME = "00000000-0000-4000-8000-000000000001";
const DAY = 86_400_000;

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const policy = (keys: Partial<PolicyDefinition> = {}): readonly Policy[] =>
  parsePolicies({ nightly: nightly(keys) });

/** The nights of May from one to another. */
function nights(from: number, to: number): readonly Date[] {
  return Array.from({ length: to - from + 1 }, (_, index) => new Date(Date.UTC(2026, 4, from + index, 3)));
}

const nameOf = (slot: Date, id = "nightly"): string => snapshotName("polyvol", id, VOLUME, slot);
const daysOf = (there: EmulatedWorld): number[] =>
  storedSnapshots(there)
    .map(({ name }) => Number(/202605(\d\d)T/.exec(name)?.[1]))
    .sort((a, b) => a - b);

/** A volume at DigitalOcean with these nights. */
async function ocean(startAt: string, slots: readonly Date[], capacityGiB = 0): Promise<EmulatedWorld> {
  world = await createEmulatedWorld(startAt, { do: { capacityGiB } });
  world.emulators.do.seed({
    volumes: [{ id: VOLUME, name: "db", region: "nyc3", size_gigabytes: 10, used_gigabytes: 10 }],
    snapshots: slots.map((slot) => ({
      name: nameOf(slot),
      created_at: new Date(slot.getTime() + 7_000).toISOString(),
      resource_id: VOLUME,
      region: "nyc3",
      min_disk_size: 10,
      size_gigabytes: 10,
    })),
  });
  return world;
}

async function nextNight({ clock }: EmulatedWorld): Promise<void> {
  await clock.sleep(DAY);
}

describe("an account that is full", () => {
  test("a create refused for lack of room: what goes without it goes, then it is made", async () => {
    // 10 GiB of the volume and 8 snapshots of 10 GiB.
    const there = await ocean("2026-05-09T03:05:00Z", nights(1, 8), 90);
    const lowered = policy({ retention: { daily: 5, keepOldest: false } });
    const clouds = { do: there.open().do };
    const report = await run(lowered, clouds, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, problems: [], totals: { created: 1, deleted: 4, left: 0 } });
    expect(daysOf(there)).toEqual([5, 6, 7, 8, 9]);
    await nextNight(there);
    expect(await run(lowered, clouds, { clock: there.clock })).toMatchObject({ ok: true });
  });

  test("when nothing may go without the new one, nothing goes, and it is said", async () => {
    const there = await ocean("2026-05-09T03:05:00Z", nights(1, 8), 90);
    const report = await run(
      policy({ retention: { daily: 8 } }),
      { do: there.open().do },
      { clock: there.clock },
    );
    expect(report).toMatchObject({ ok: false, totals: { created: 0, deleted: 0 } });
    expect(report.problems).toMatchObject([{ code: "resource_exhausted", effect: "nothing_done" }]);
    expect(daysOf(there)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("no other failure lets anything go", async () => {
    const there = await ocean("2026-05-09T03:05:00Z", nights(1, 8));
    const { do: cloud } = there.open();
    const create: typeof cloud.snapshots.create = () => cloud.snapshots.get("no-such-snapshot");
    const storage = { ...cloud, snapshots: { ...cloud.snapshots, create } };
    const report = await run(policy(), { do: storage }, { clock: there.clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 0, deleted: 0 } });
    expect(daysOf(there)).toHaveLength(8);
  });

  test("25 of one volume, seen when it is planned: deletions that hold come first", async () => {
    const there = await ocean("2026-05-26T03:05:00Z", nights(1, 25));
    const policies = policy({ retention: { daily: 5, keepOldest: false } });
    const clouds = { do: there.open().do };
    const made = await plan(policies, clouds, new Date(there.clock.now()));
    expect(made.problems).toMatchObject([{ code: "failed_precondition", effect: "attention" }]);
    expect(made.totals).toMatchObject({ create: 1, delete: 13 });
    const report = await apply(JSON.parse(JSON.stringify(made)), policies, clouds, { clock: there.clock });
    expect(report.totals).toEqual({ created: 1, deleted: 13, left: 0 });
    expect(daysOf(there)).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]);
  });

  test("what goes first is only what no rule keeps without the new one, and as little as makes room", async () => {
    const there = await ocean("2026-11-20T03:05:00Z", nights(1, 25));
    const spans = policy({ retention: { within: "20d" } });
    const made = await plan(spans, { do: there.open().do }, new Date(there.clock.now()));
    const [planned] = made.volumes;
    const first = planned?.delete.filter((each) => each.first === true) ?? [];
    // Without the new one, 20 days back from the 25th.
    expect(first.map(({ slot }) => slot)).toEqual(["2026-05-05T03:00:00.000Z"]);
    const order: string[] = [];
    const report = await run(
      spans,
      { do: there.open().do },
      { clock: there.clock, onEvent: ({ type }) => order.push(type) },
    );
    expect(report.totals).toEqual({ created: 1, deleted: 13, left: 0 });
    expect(order.slice(0, order.indexOf("created")).filter((type) => type === "deleted")).toHaveLength(1);
  });

  test("a new snapshot that fails all the same costs no more than that", async () => {
    const there = await ocean("2026-05-26T03:05:00Z", nights(1, 25));
    const failing = policy({
      retention: { daily: 5, keepOldest: false },
      hooks: { before: { command: ["false"] } },
    });
    for (let time = 0; time < 2; time += 1) {
      const report = await run(failing, { do: there.open().do }, { clock: there.clock });
      expect(report.totals).toMatchObject({ created: 0, deleted: time === 0 ? 1 : 0 });
    }
    expect(daysOf(there)).toHaveLength(24);
  });

  test("prune makes nothing and deletes what no rule keeps; the newest good one stays", async () => {
    const there = await ocean("2026-05-09T03:05:00Z", nights(1, 8), 90);
    const clouds = { do: there.open().do };
    const policies = policy({ retention: { daily: 5, keepOldest: false } });
    const made = await plan(policies, clouds, new Date(there.clock.now()), { pruneOnly: true });
    expect(made).toMatchObject({ pruneOnly: true, problems: [], totals: { create: 0, delete: 3 } });
    const report = await prune(policies, clouds, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 0, deleted: 3 } });
    expect(daysOf(there)).toEqual([4, 5, 6, 7, 8]);
    const last = await prune(policy({ retention: { last: 1 }, brakes: { maxShare: 1 } }), clouds, {
      clock: there.clock,
    });
    expect(last.totals.deleted).toBe(4);
    expect(daysOf(there)).toEqual([8]);
  });
});

describe("the brake", () => {
  const lowered = policy({ retention: { daily: 5, keepOldest: false } });

  test("lets its share go each night, and backups go on until all is as the rules say", async () => {
    const there = await ocean("2026-05-21T03:05:00Z", nights(1, 20));
    const clouds = { do: there.open().do };
    const counts: number[] = [];
    for (let night = 0; night < 4; night += 1) {
      const report = await run(lowered, clouds, { clock: there.clock });
      expect(report.totals.created).toBe(1);
      counts.push(daysOf(there).length);
      await nextNight(there);
    }
    expect(counts).toEqual([11, 6, 5, 5]);
    expect(daysOf(there)).toEqual([20, 21, 22, 23, 24]);
  });

  test("after half a year off, a span lets its share go and never fills the volume", async () => {
    const there = await ocean("2026-11-20T03:05:00Z", nights(1, 20));
    const clouds = { do: there.open().do };
    for (let night = 0; night < 8; night += 1) {
      const report = await run(policy({ retention: { within: "20d" } }), clouds, { clock: there.clock });
      expect(report.totals.created).toBe(1);
      await nextNight(there);
    }
    expect(daysOf(there).filter((day) => !Number.isNaN(day))).toEqual([]);
  });

  test("over the limit by more than the share, nothing goes however often it is run, until the brake is lifted", async () => {
    const there = await ocean("2026-06-30T03:05:00Z", nights(1, 60));
    const clouds = { do: there.open().do };
    for (let time = 0; time < 2; time += 1) {
      const report = await run(lowered, clouds, { clock: there.clock });
      expect(report).toMatchObject({ ok: false, totals: { created: 0, deleted: 0, left: 0 } });
      expect(report.plan.volumes[0]?.policies).toMatchObject([{ braked: 56 }]);
      expect(report.problems).toMatchObject([
        { code: "resource_exhausted", effect: "nothing_done" },
        { code: "failed_precondition", effect: "nothing_deleted" },
      ]);
      expect(report.problems[1]?.message).toMatch(
        /^policy nightly: nothing is deleted: 56 of 61 good snapshots/,
      );
    }
    const lifted = await run(lowered, clouds, { clock: there.clock, liftBrake: true });
    expect(lifted).toMatchObject({ ok: true, totals: { created: 1, deleted: 56 } });
  });

  test("lets one go for an account that is full, and no further one where that is of no use", async () => {
    // Of the account 30 GiB are somebody else's since.
    const full = await ocean("2026-05-21T03:05:00Z", nights(1, 20), 180);
    const stuck = await run(lowered, { do: full.open().do }, { clock: full.clock });
    expect(stuck).toMatchObject({ ok: false, totals: { created: 0, deleted: 1 } });
    expect(daysOf(full)).toHaveLength(19);
    await full.close();
    const there = await ocean("2026-05-21T03:05:00Z", nights(1, 20), 210);
    const report = await run(lowered, { do: there.open().do }, { clock: there.clock });
    expect(report.totals).toEqual({ created: 1, deleted: 10, left: 0 });
  });

  test("is lifted for one run by a word that a stored plan needs again", async () => {
    const there = await ocean("2026-05-21T03:05:00Z", nights(1, 20));
    const clouds = { do: there.open().do };
    const made = await plan(lowered, clouds, new Date(there.clock.now()), { liftBrake: true });
    expect(made).toMatchObject({ liftBrake: true, problems: [], totals: { create: 1, delete: 16 } });
    const stored = JSON.parse(JSON.stringify(made)) as unknown;
    await expect(apply(stored, lowered, clouds, { clock: there.clock })).rejects.toThrow("plan.liftBrake");
    expect(daysOf(there)).toHaveLength(20);
    const report = await apply(stored, lowered, clouds, { clock: there.clock, liftBrake: true });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 16 } });
    expect(daysOf(there)).toEqual([17, 18, 19, 20, 21]);
  });
});

describe("failed snapshots of ours", () => {
  /** A volume at Samsung whose next snapshots end in error. */
  async function failing(count: number, snapshots: number): Promise<EmulatedWorld> {
    world = await createEmulatedWorld("2026-05-09T03:05:00Z", {
      scp: { quotas: { volumes: -1, snapshots, gigabytes: -1, perVolumeSize: 12_288 } },
    });
    world.emulators.scp.seed({
      volumes: [{ id: VOLUME, name: "erp", size: 8 }],
      failures: count === 0 ? [] : [{ work: "createSnapshot", count }],
    });
    return world;
  }

  test("never pile up, however often a slot is tried, and a small quota ends no backup", async () => {
    const there = await failing(6, 1);
    const clouds = { scp: there.open().scp };
    for (let quarter = 0; quarter < 6; quarter += 1) {
      expect(await run(policy(), clouds, { clock: there.clock })).toMatchObject({ ok: false });
      expect(storedSnapshots(there).length).toBeLessThanOrEqual(1);
      await there.clock.sleep(900_000);
    }
    const well = await run(policy(), clouds, { clock: there.clock });
    expect(well).toMatchObject({ ok: true, totals: { created: 1, left: 0 } });
    expect(daysOf(there)).toEqual([9]);
  });

  test("are counted by status, and found by audit once each", async () => {
    const there = await failing(0, -1);
    const slot = nights(9, 9)[0] as Date;
    const failed = { volume_id: VOLUME, status: "error", created_at: "2026-05-09T03:01:00Z" };
    there.emulators.scp.seed({ snapshots: [1, 2, 3].map(() => ({ ...failed, name: nameOf(slot) })) });
    const clouds = { scp: there.open().scp };
    const found = await status(policy(), clouds, new Date(there.clock.now()));
    expect(found.volumes).toMatchObject([{ snapshots: 0, failed: 3 }]);
    const audited = await audit(policy(), clouds);
    expect(audited.findings.map(({ kind, ids }) => `${kind} ${ids.length}`)).toEqual(["failed_snapshots 3"]);
    const well = await run(policy(), clouds, { clock: there.clock });
    expect(well).toMatchObject({ ok: true, totals: { created: 1, deleted: 3, left: 0 } });
    expect(well.volumes[0]?.deleted.every((each) => each.failed === true)).toBe(true);
    expect((await status(policy(), clouds, new Date(there.clock.now()))).volumes).toMatchObject([
      { freshness: "fresh", snapshots: 1, failed: 0 },
    ]);
  });

  test("and so does a quota that is full of good ones, once the rules keep fewer", async () => {
    const there = await failing(0, 8);
    there.emulators.scp.seed({
      snapshots: nights(1, 8).map((slot) => ({
        name: nameOf(slot),
        volume_id: VOLUME,
        created_at: slot.toISOString(),
        ...seededMarks.scp("nightly"),
      })),
    });
    const fewer = policy({ retention: { daily: 5, keepOldest: false } });
    const report = await run(fewer, { scp: there.open().scp }, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, problems: [], totals: { created: 1, deleted: 4, left: 0 } });
    expect(daysOf(there)).toEqual([5, 6, 7, 8, 9]);
  });

  test("of slots that have passed, many of one name, and of a full quota go, too", async () => {
    const there = await failing(0, 9);
    const slot = nights(8, 8)[0] as Date;
    there.emulators.scp.seed({
      snapshots: Array.from({ length: 9 }, () => ({
        name: nameOf(slot),
        volume_id: VOLUME,
        status: "error",
        created_at: "2026-05-08T03:01:00Z",
      })),
    });
    const report = await run(policy(), { scp: there.open().scp }, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 9 } });
    expect(daysOf(there)).toEqual([9]);
  });

  test("stay when somebody holds them or nobody owns them, and are counted", async () => {
    const there = await failing(0, -1);
    const slot = nights(8, 8)[0] as Date;
    const failed = { volume_id: VOLUME, status: "error", created_at: "2026-05-08T03:01:00Z" };
    there.emulators.scp.seed({
      snapshots: [
        { ...failed, name: nameOf(slot), description: "look at it [polyvol hold]" },
        { ...failed, name: "by-hand" },
      ],
    });
    const clouds = { scp: there.open().scp };
    const report = await run(policy(), clouds, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 0 } });
    expect(storedSnapshots(there)).toHaveLength(3);
    const found = await status(policy(), clouds, new Date(there.clock.now()));
    expect(found.volumes).toMatchObject([{ failed: 1, snapshots: 1 }]);
  });

  test("one that has come to something by the time it is to go stays", async () => {
    const there = await failing(0, -1);
    const slot = nights(8, 8)[0] as Date;
    const name = nameOf(slot);
    const seeded = { name, volume_id: VOLUME, status: "error", created_at: "2026-05-08T03:01:00Z" };
    there.emulators.scp.seed({ snapshots: [seeded] });
    const { scp } = there.open();
    const get: typeof scp.snapshots.get = async (id, options) => ({
      ...(await scp.snapshots.get(id, options)),
      state: "available",
    });
    const storage = { ...scp, snapshots: { ...scp.snapshots, get } };
    const report = await run(policy(), { scp: storage }, { clock: there.clock });
    expect(report.volumes[0]?.spared).toMatchObject([
      { name, reasons: ["it has not failed: it is available"] },
    ]);
    expect(storedSnapshots(there)).toHaveLength(2);
  });

  test.each([
    ["and is listed stays, and is not told as deleted", true],
    ["nor is listed any more has gone", false],
  ])("one that a read does not find %s", async (_, isListed) => {
    const there = await failing(0, -1);
    const name = nameOf(nights(8, 8)[0] as Date);
    const seeded = { name, volume_id: VOLUME, status: "error", created_at: "2026-05-08T03:01:00Z" };
    there.emulators.scp.seed({ snapshots: [seeded] });
    const { scp } = there.open();
    const get: typeof scp.snapshots.get = async (id, options) => {
      if (!isListed) await scp.snapshots.delete(id);
      return await scp.snapshots.get(isListed ? "00000000-0000-4000-8000-00000000dead" : id, options);
    };
    const storage = { ...scp, snapshots: { ...scp.snapshots, get } };
    const report = await run(policy(), { scp: storage }, { clock: there.clock });
    const [volume] = report.volumes;
    expect(volume?.deleted.map((each) => each.name)).toEqual(isListed ? [] : [name]);
    expect(volume?.spared).toHaveLength(isListed ? 1 : 0);
    expect(storedSnapshots(there)).toHaveLength(isListed ? 2 : 1);
  });

  test("that one cannot be removed is said, and stops neither the new snapshot nor the old ones' going", async () => {
    const there = await failing(0, -1);
    const seeds = nights(5, 8).map((slot) => ({
      name: nameOf(slot),
      volume_id: VOLUME,
      created_at: slot.toISOString(),
      ...seededMarks.scp("nightly"),
    }));
    const broken = { name: nameOf(nights(4, 4)[0] as Date), volume_id: VOLUME, status: "error" };
    there.emulators.scp.seed({ snapshots: [...seeds, { ...broken, created_at: "2026-05-04T03:00:00Z" }] });
    const { scp } = there.open();
    const remove: typeof scp.snapshots.delete = async (id, options) => {
      const snapshot = await scp.snapshots.get(id, options);
      if (snapshot.state === "error") throw new Error("it stays");
      await scp.snapshots.delete(id, options);
    };
    const storage = { ...scp, snapshots: { ...scp.snapshots, delete: remove } };
    const report = await run(policy({ retention: { daily: 3 } }), { scp: storage }, { clock: there.clock });
    expect(report).toMatchObject({ ok: false, totals: { created: 1, deleted: 2, left: 1 } });
    expect(report.problems).toMatchObject([{ effect: "attention", message: "it stays" }]);
  });
});
