import { afterEach, describe, expect, test } from "vitest";
import { apply, plan, prune, run } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld } from "../support/emulated-clouds.ts";
import { daysOf, nameOf, nights, policy, VOLUME } from "../support/nights-of-may.ts";

const DAY = 86_400_000;

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

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

  test("what goes first may be more than the share where it is not with the new one", async () => {
    // 13 of 26 are half of them, 13 of 25 are more.
    const there = await ocean("2026-05-31T03:05:00Z", [...nights(1, 13), ...nights(19, 30)]);
    const spans = policy({ retention: { within: "13d" } });
    const report = await run(spans, { do: there.open().do }, { clock: there.clock });
    expect(report).toMatchObject({ ok: true, problems: [], totals: { created: 1, deleted: 13, left: 0 } });
    expect(daysOf(there)).toEqual([19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
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
