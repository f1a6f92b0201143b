import type { Clock } from "@polyvol/core";
import { expect, test } from "vitest";
import { apply, parsePolicies, plan, run } from "../../src/index.ts";
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
