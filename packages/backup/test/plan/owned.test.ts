import type { Snapshot } from "@polyvol/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { audit, type Policy, parsePolicies, plan, run, snapshotName, status } from "../../src/index.ts";
import type { ObservedSnapshot } from "../../src/observe/inventory.ts";
import { observeSnapshot } from "../../src/observe/inventory.ts";
import { findDue } from "../../src/plan/due.ts";
import { ownedBy } from "../../src/policy/owned.ts";
import type { Zone } from "../../src/retention/time-zone.ts";
import { cronSlots } from "../../src/schedule/cron.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";
import { sleepUntil, takeNights } from "../support/nights.ts";
import { nightly, volumeIn } from "../support/shapes.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("a snapshot taken before its slot, by a clock that was wrong", () => {
  async function early() {
    const world = createMemoryWorld("2026-05-01T00:00:00Z");
    const clouds = { do: world.open().do };
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    await takeNights(world, clouds.do, db, ["2026-05-06"]);
    await sleepUntil(world, "2026-05-07T12:00:00Z");
    const name = snapshotName("polyvol", "nightly", db, new Date("2026-05-10T03:00:00Z"));
    const { id } = await clouds.do.snapshots.create({ volumeId: db, name });
    const policies = parsePolicies({ nightly: nightly({ retention: { last: 1 }, brakes: { maxShare: 1 } }) });
    return { world, clouds, db, id, name, policies };
  }

  test("is never that slot's backup: when the slot comes, it gets its own, once", async () => {
    const { world, clouds, id, name, policies } = await early();
    await sleepUntil(world, "2026-05-10T04:10:00Z");
    expect((await status(policies, clouds, new Date(world.clock.now()))).volumes).toMatchObject([
      { freshness: "late", snapshots: 1, newest: { slot: "2026-05-06T03:00:00.000Z" } },
    ]);
    const report = await run(policies, clouds, { clock: world.clock });
    expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 1 } });
    expect(report.volumes[0]?.created[0]).toMatchObject({
      slot: "2026-05-10T03:00:00.000Z",
      name: expect.stringMatching(/^again-polyvol-nightly-20260510T030000Z-/),
    });
    const kept = volumeIn(await plan(policies, clouds, new Date(world.clock.now())), "db").keep;
    expect(kept.find((each) => each.snapshotId === id)).toMatchObject({
      name,
      reasons: ["taken before its slot, by a wrong clock: not counted and not removed"],
    });
    expect(await run(policies, clouds, { clock: world.clock })).toMatchObject({ totals: { created: 0 } });
    expect((await status(policies, clouds, new Date(world.clock.now()))).verdict).toBe("fresh");
  });

  test("is named by audit, and as nothing else", async () => {
    const { world, clouds, id, policies } = await early();
    await sleepUntil(world, "2026-05-10T04:10:00Z");
    await run(policies, clouds, { clock: world.clock });
    const { findings } = await audit(policies, clouds);
    expect(findings).toMatchObject([{ kind: "taken_before_slot", ids: [id], policyId: "nightly" }]);
  });

  test("a clock that is wrong still makes no more than two of a slot, and is told so", async () => {
    const { world, clouds, db, policies } = await early();
    // The provider's time goes on by ten minutes at a time, and this machine believes that it is the 10th.
    const ahead = Date.parse("2026-05-10T04:10:00Z") - world.clock.now();
    const clock = { ...world.clock, now: () => world.clock.now() + ahead };
    for (let turn = 0; turn < 4; turn += 1) {
      await world.clock.sleep(700_000);
      const report = await run(policies, clouds, { clock });
      expect(report.totals.created).toBe(turn === 0 ? 1 : 0);
      expect(report.ok).toBe(turn === 0);
      if (turn > 0)
        expect(report.problems).toMatchObject([{ code: "failed_precondition", effect: "nothing_done" }]);
    }
    expect(await clouds.do.snapshots.list({ volumeId: db }).toArray()).toHaveLength(3);
  });

  test("two minutes are a clock that is not quite right, and count", async () => {
    const world = createMemoryWorld("2026-05-10T02:58:30Z");
    const clouds = { do: world.open().do };
    const { db = "" } = await makeVolumes(clouds.do, ["db"]);
    const name = snapshotName("polyvol", "nightly", db, new Date("2026-05-10T03:00:00Z"));
    await clouds.do.snapshots.create({ volumeId: db, name });
    await sleepUntil(world, "2026-05-10T03:10:00Z");
    const policies = parsePolicies({ nightly: nightly() });
    expect((await plan(policies, clouds, new Date(world.clock.now()))).totals.create).toBe(0);
  });
});

test("the snapshots of former ids are taken over: counted, kept by the rules, deleted by them, and nobody's orphans", async () => {
  const world = createMemoryWorld("2026-05-01T00:00:00Z");
  const clouds = { do: world.open().do };
  const { db = "" } = await makeVolumes(clouds.do, ["db"]);
  await takeNights(world, clouds.do, db, ["2026-05-06", "2026-05-07", "2026-05-08"], "daily");
  await sleepUntil(world, "2026-05-08T12:00:00Z");
  const renamed = parsePolicies({ nightly: nightly({ formerIds: "daily" }) });
  const now = (): Date => new Date(world.clock.now());
  expect(await plan(renamed, clouds, now())).toMatchObject({
    problems: [],
    totals: { create: 0, delete: 0, keep: 3 },
  });
  expect((await status(renamed, clouds, now())).volumes).toMatchObject([
    { policyId: "nightly", freshness: "fresh", snapshots: 3 },
  ]);
  expect((await audit(renamed, clouds)).findings).toEqual([]);
  await sleepUntil(world, "2026-05-09T03:10:00Z");
  const report = await run(renamed, clouds, { clock: world.clock });
  expect(report).toMatchObject({ ok: true, totals: { created: 1, deleted: 1 } });
  expect(report.volumes[0]?.created[0]?.name).toMatch(/^polyvol-nightly-20260509T/);
  expect(report.volumes[0]?.deleted[0]).toMatchObject({
    policyId: "nightly",
    name: expect.stringMatching(/^polyvol-daily-20260506T/),
  });
  const other = parsePolicies({ nightly: nightly() });
  expect((await audit(other, clouds)).findings).toMatchObject([{ kind: "policy_gone", policyId: "daily" }]);
});

/** A zone that is `winter` hours before UTC, and `shift` more in the stretches given. */
function zoneWith(winter: number, summers: readonly (readonly [number, number])[], shift = HOUR): Zone {
  const summer = (instant: number): boolean =>
    summers.some(([from, until]) => from <= instant && instant < until);
  return { name: "test", offsetAt: (instant) => winter * HOUR + (summer(instant) ? shift : 0) };
}

/** The policy on a machine with other time zone data. */
function onMachine(policy: Policy, cron: string, zone: Zone): Policy {
  return { ...policy, schedule: { ...policy.schedule, ...cronSlots(cron, "UTC", zone) } };
}

const START = Date.parse("2026-10-20T00:00:00Z");
const policyOf = (cron: string): Policy => {
  const [policy] = parsePolicies({ nightly: nightly({ schedule: { cron, timezone: "UTC" } }) });
  if (policy === undefined) throw new Error("no policy");
  return policy;
};

/** Runs by turns on several machines, every half an hour for so many days; what was made, by its slot. */
function takeTurns(machines: readonly Policy[], days: number, skip: (turn: number) => boolean): Date[] {
  const made: ObservedSnapshot[] = [];
  for (let turn = 0; turn < days * 48; turn += 1) {
    const now = START + turn * 30 * MINUTE + MINUTE;
    const machine = machines[turn % machines.length];
    if (machine === undefined || skip(turn)) continue;
    const { wanted } = findDue(machine, ownedBy(machine, made), new Date(now));
    if (wanted === undefined) continue;
    // What has its name is there already.
    if (made.some(({ backupName }) => backupName?.slot.getTime() === wanted.slot.getTime())) continue;
    made.push(taken(wanted.slot, new Date(now)));
  }
  return made.flatMap(({ backupName }) => (backupName === undefined ? [] : [backupName.slot]));
}

function taken(slot: Date, createdAt: Date): ObservedSnapshot {
  const name = snapshotName("polyvol", "nightly", "v", slot);
  return observeSnapshot({
    id: name,
    name,
    volumeId: "v",
    createdAt,
    state: "available",
    tags: {},
  } as unknown as Snapshot);
}

describe("machines with different time zone data", () => {
  // One says that the clock was put back on 1 November, the other that it never is again.
  const forever = zoneWith(-8, [[Date.parse("2021-03-08T10:00:00Z"), Number.POSITIVE_INFINITY]]);
  const back = zoneWith(-8, [
    [Date.parse("2021-03-08T10:00:00Z"), Date.parse("2021-11-01T09:00:00Z")],
    [Date.parse("2026-03-08T10:00:00Z"), Date.parse("2026-11-01T09:00:00Z")],
  ]);
  const foreverToo = zoneWith(-8, [
    [Date.parse("2021-03-08T10:00:00Z"), Date.parse("2021-11-01T09:00:00Z")],
    [Date.parse("2026-03-08T10:00:00Z"), Number.POSITIVE_INFINITY],
  ]);

  test("make one snapshot for each local slot, and each sees the other's as that slot's", () => {
    const policy = policyOf("0 3 * * *");
    const [one, other] = [foreverToo, back].map((zone) => onMachine(policy, "0 3 * * *", zone));
    if (one === undefined || other === undefined) throw new Error("no machines");
    expect(takeTurns([one, other], 30, () => false)).toHaveLength(31);
    for (const machine of [one, other]) {
      const slot = new Date(
        (machine === one ? other : one).schedule.firstAfter(Date.parse("2026-11-20T00:00:00Z")) ?? 0,
      );
      const own = ownedBy(machine, [taken(slot, slot)]);
      const due = findDue(machine, own, new Date(slot.getTime() + 2 * HOUR));
      expect(due.wanted).toBeUndefined();
      expect(due.missed.count).toBe(0);
    }
  });

  test("where the clock of the zone never differed, a slot is a slot and nothing else", () => {
    const machine = onMachine(policyOf("0 3 * * *"), "0 3 * * *", forever);
    const slot = machine.schedule.firstAfter(START) ?? 0;
    expect(machine.schedule.countedAs(slot)).toBe(slot);
    const never = cronSlots("0 3 * * *", "UTC", zoneWith(2, []));
    expect(never.countedAs(never.firstAfter(START) ?? 0 + HOUR)).toBe(never.firstAfter(START));
    expect(never.countedAs((never.firstAfter(START) ?? 0) + HOUR)).toBe(
      (never.firstAfter(START) ?? 0) + HOUR,
    );
  });

  test("a clock that is put back an hour later by other data has the same slot, though the time comes twice", () => {
    // 03:00 is put back to 02:00, or 04:00 to 03:00.
    const autumn = Date.parse("2026-10-25T00:00:00Z");
    const [early, late] = [autumn, autumn + HOUR].map((until) =>
      cronSlots("0 3 * * *", "UTC", zoneWith(2, [[autumn - 200 * DAY, until]])),
    );
    const [one = 0, other = 0] = [early, late].map((slots) => slots?.lastAtOrBefore(autumn + 10 * HOUR));
    expect(one - other).toBe(HOUR);
    expect(late?.countedAs(one)).toBe(other);
    expect(early?.countedAs(other)).toBe(one);
  });

  const change = fc.integer({ min: 0, max: 25 * 24 }).map((hours) => START + hours * HOUR);
  const zones = fc
    .record({ winter: fc.integer({ min: -10, max: 12 }), changes: fc.tuple(change, change) })
    .map(({ winter, changes }) =>
      changes.map((until) =>
        zoneWith(winter, [
          [START - 400 * DAY, START - 200 * DAY],
          [START - 30 * DAY, until],
        ]),
      ),
    );
  const times = fc.record({ minute: fc.constantFrom(0, 30), hour: fc.nat(23) });

  test("whenever each puts its clock back, no local day is left out and none comes twice", () => {
    fc.assert(
      fc.property(zones, times, fc.integer({ min: 0, max: 9 }), (data, { minute, hour }, seed) => {
        const cron = `${minute} ${hour} * * *`;
        const machines = data.map((zone) => onMachine(policyOf(cron), cron, zone));
        const made = takeTurns(machines, 30, (turn) => (turn * 7 + seed) % 5 === 0);
        // The first one is of the day before.
        expect(made.length).toBeGreaterThanOrEqual(30);
        expect(made.length).toBeLessThanOrEqual(31);
        const sorted = made.map(Number).sort((a, b) => a - b);
        sorted.slice(1).forEach((slot, index) => {
          expect(Math.abs(slot - (sorted[index] ?? 0) - DAY)).toBeLessThanOrEqual(HOUR);
        });
      }),
      { seed: 11, numRuns: 40 },
    );
  });

  test("of several times a day, none is left out and none comes twice, also where clocks shift by half an hour", () => {
    const from = START - 10 * DAY;
    const patterns = fc.constantFrom(
      "0 2,4 * * *",
      "0 * * * *",
      "30 0,3,5 * * *",
      "0 0-23/6 * * *",
      "15 1,13 * * *",
    );
    const shifts = fc.constantFrom(HOUR, HOUR / 2);
    fc.assert(
      fc.property(
        patterns,
        shifts,
        fc.integer({ min: -10, max: 12 }),
        fc.nat(9),
        (cron, shift, winter, seed) => {
          const years = [from - 400 * DAY, from - 200 * DAY] as const;
          const ahead = zoneWith(winter, [years, [from, Number.POSITIVE_INFINITY]], shift);
          const behind = zoneWith(winter, [years], shift);
          const machines = [ahead, behind].map((zone) => onMachine(policyOf(cron), cron, zone));
          const made = takeTurns(machines, 12, (turn) => seed > 5 && turn % 7 === 0);
          const slots = takeTurns(machines.slice(0, 1), 12, () => false).length;
          expect(Math.abs(made.length - slots)).toBeLessThanOrEqual(seed > 5 ? slots / 5 : 1);
        },
      ),
      { seed: 4, numRuns: 25 },
    );
  });

  test("with one and the same data nothing counts as another slot, whatever the pattern", () => {
    const patterns = fc.constantFrom(
      "0 * * * *",
      "*/20 * * * *",
      "30 1,2,3 * * *",
      "0 0-23/2 * * *",
      "0 2 * * 0",
      "30 23 * * *",
    );
    const zone = fc.constantFrom("Europe/Berlin", "America/Nuuk", "Australia/Lord_Howe", "America/Vancouver");
    fc.assert(
      fc.property(patterns, zone, fc.integer({ min: 0, max: 800 }), (cron, timezone, day) => {
        const slots = cronSlots(cron, timezone);
        let at = slots.firstAfter(Date.parse("2025-01-01T00:00:00Z") + day * DAY) ?? 0;
        for (let count = 0; count < 30; count += 1) {
          expect(slots.countedAs(at)).toBe(at);
          at = slots.firstAfter(at) ?? at;
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
