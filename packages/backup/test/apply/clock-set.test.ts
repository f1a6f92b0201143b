import type { Clock } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import {
  apply,
  backupMetrics,
  backupReport,
  offsite,
  parsePolicies,
  plan,
  run,
  status,
} from "../../src/index.ts";
import { createMemoryWorld, makeVolumes } from "../support/memory-clouds.ts";

const DAY = 86_400_000;
const POLICIES = parsePolicies({
  nightly: {
    select: { cloud: "do", name: "*" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 3 },
  },
});

/** The clock of a machine that shows another time when it is asked for the first `wrong` times, and is set then. */
function setLater(clock: Clock, aheadMs: number, wrong: number): Clock {
  let asked = 0;
  return {
    ...clock,
    monotonicNow: () => clock.now(),
    now: () => {
      asked += 1;
      return clock.now() + (asked <= wrong ? aheadMs : 0);
    },
  };
}

async function nights(): Promise<ReturnType<typeof createMemoryWorld>> {
  const world = createMemoryWorld("2026-11-18T03:00:00Z");
  await makeVolumes(world.open().do, ["db"]);
  for (let night = 0; night < 3; night += 1) {
    expect((await run(POLICIES, world.open(), { clock: world.clock })).ok).toBe(true);
    await world.clock.advance(DAY);
  }
  return world;
}

const slotsOf = (world: ReturnType<typeof createMemoryWorld>): readonly string[] =>
  world.accounts.do.dump().snapshots.map(({ name }) => /\d{8}T/.exec(name)?.[0] ?? name);

test.each([3, -3])("a clock that is set by %i days while a run reads moves no slot", async (days) => {
  const world = await nights();
  const report = await run(POLICIES, world.open(), { clock: setLater(world.clock, days * DAY, 1) });
  expect(report.problems).toEqual([]);
  expect(report.startedAt).toBe(new Date(world.clock.now()).toISOString());
  expect(slotsOf(world)).toEqual(["20261119T", "20261120T", "20261121T"]);
});

test("a plan that is too old is refused also where the clock is set while it is read", async () => {
  const world = await nights();
  const made = await plan(POLICIES, world.open(), new Date(world.clock.now()));
  await world.clock.advance(3 * DAY);
  const clock = setLater(world.clock, -3 * DAY, 1);
  await expect(apply(made, POLICIES, world.open(), { clock })).rejects.toThrow("the plan is too old");
});

test("a clock that does not keep still is named, and nothing is done", async () => {
  const world = await nights();
  let asked = 0;
  const clock: Clock = {
    ...setLater(world.clock, 0, 0),
    now: () => {
      asked += 1;
      return world.clock.now() + asked * DAY;
    },
  };
  await expect(run(POLICIES, world.open(), { clock })).rejects.toThrow(
    "this machine's clock was set 1d forward while the clouds were read, 3 times in a row",
  );
  expect(slotsOf(world)).toHaveLength(3);
});

type World = ReturnType<typeof createMemoryWorld>;
type Look = (world: World, now: Date, clock: Clock) => Promise<string>;

/** Nothing is taken: which server this is plays no part. */
const POLICIES_OFFSITE = parsePolicies({
  nightly: {
    select: { cloud: "do", name: "none" },
    schedule: { cron: "0 3 * * *", timezone: "UTC" },
    retention: { daily: 3 },
    offsite: { command: ["true"], every: "30d" },
  },
});

const LOOKS: readonly (readonly [string, Look])[] = [
  ["plan", async (world, now, clock) => (await plan(POLICIES, world.open(), now, { clock })).now],
  ["status", async (world, now, clock) => (await status(POLICIES, world.open(), now, { clock })).now],
  [
    "backupMetrics",
    async (world, now, clock) => (await backupMetrics(POLICIES, world.open(), now, { clock })).status.now,
  ],
  [
    "backupReport",
    async (world, now, clock) => (await backupReport(POLICIES, world.open(), now, { clock })).now,
  ],
  [
    "offsite",
    async (world, now) => {
      // It reads the clock by itself, and once before it reads the clouds.
      const clock = setLater(world.clock, now.getTime() - world.clock.now(), 1);
      return (await offsite(POLICIES_OFFSITE, world.open(), { clock })).startedAt;
    },
  ],
];

describe.each(LOOKS)("%s", (_, look) => {
  test.each([3, -3])(
    "is of the right instant where the clock is set by %i days while it reads",
    async (days) => {
      const world = await nights();
      const wrong = new Date(world.clock.now() + days * DAY);
      const clock = setLater(world.clock, days * DAY, 2);
      expect(await look(world, wrong, clock)).toBe(new Date(world.clock.now()).toISOString());
    },
  );
});

test.each(LOOKS.slice(0, 4))(
  "%s of an instant that the clock does not show stays of that instant",
  async (_, look) => {
    const world = await nights();
    const tomorrow = new Date(world.clock.now() + DAY);
    expect(await look(world, tomorrow, setLater(world.clock, -DAY, 2))).toBe(tomorrow.toISOString());
  },
);
