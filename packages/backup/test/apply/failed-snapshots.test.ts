import { afterEach, describe, expect, test } from "vitest";
import { audit, run, status } from "../../src/index.ts";
import { createEmulatedWorld, type EmulatedWorld, storedSnapshots } from "../support/emulated-clouds.ts";
import { seededMarks } from "../support/marks.ts";
import { daysOf, nameOf, nights, policy, VOLUME } from "../support/nights-of-may.ts";

let world: EmulatedWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
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

  test("a quota of one place for each volume is never made room in with the last good one, and one more is enough", async () => {
    const there = await failing(0, 2);
    const other = "00000000-0000-4000-8000-000000000002";
    there.emulators.scp.seed({ volumes: [{ id: other, name: "crm", size: 8 }] });
    const clouds = { scp: there.open().scp };
    const one = policy({ retention: { last: 1 } });
    expect(await run(one, clouds, { clock: there.clock })).toMatchObject({
      ok: true,
      totals: { created: 2 },
    });
    await there.clock.sleep(24 * 3_600_000);
    const full = await run(one, clouds, { clock: there.clock });
    expect(full.totals).toMatchObject({ created: 0, deleted: 0 });
    expect(full.problems.map(({ code }) => code)).toEqual(["resource_exhausted", "resource_exhausted"]);
    for (const { message } of full.problems)
      expect(message).toContain("room for one more than the policies keep");
    const room = await failing(0, 3);
    room.emulators.scp.seed({ volumes: [{ id: other, name: "crm", size: 8 }] });
    const roomy = { scp: room.open().scp };
    for (const night of [1, 2]) {
      const report = await run(one, roomy, { clock: room.clock });
      expect([night, report.problems, report.totals.created]).toEqual([night, [], 2]);
      await room.clock.sleep(24 * 3_600_000);
    }
    await there.close();
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

  test.each<readonly [string, boolean, object]>([
    ["says that it was stopped, and that nothing failed", true, { state: "left", problems: [] }],
    ["and cannot be removed says both", false, { state: "failed", problems: [{ message: "it stays" }] }],
  ])("a run that is drained while one is looked at %s", async (_, isRemovable, volume) => {
    const there = await failing(0, -1);
    const name = nameOf(nights(8, 8)[0] as Date);
    const seeded = { name, volume_id: VOLUME, status: "error", created_at: "2026-05-08T03:01:00Z" };
    there.emulators.scp.seed({ snapshots: [seeded] });
    const { scp } = there.open();
    const drain = new AbortController();
    const get: typeof scp.snapshots.get = async (id, options) => {
      drain.abort(new Error("enough"));
      if (!isRemovable) throw new Error("it stays");
      return await scp.snapshots.get(id, options);
    };
    const storage = { ...scp, snapshots: { ...scp.snapshots, get } };
    const options = { clock: there.clock, drainSignal: drain.signal };
    const report = await run(policy(), { scp: storage }, options);
    expect(report).toMatchObject({ ok: false, stopped: true, totals: { created: 0, deleted: 0, left: 2 } });
    expect(report.volumes).toMatchObject([volume]);
    expect(storedSnapshots(there)).toHaveLength(1);
  });
});
