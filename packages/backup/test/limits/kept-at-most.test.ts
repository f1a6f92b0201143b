import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { type Policy, parsePolicies, type RetentionRules, type ScheduleDefinition } from "../../src/index.ts";
import { keptAtMost } from "../../src/limits/kept-at-most.ts";
import type { ObservedSnapshot } from "../../src/observe/inventory.ts";
import { applyRetention } from "../../src/plan/retention-decision.ts";

const NOW = new Date("2026-02-01T00:00:00Z");
const DAILY: ScheduleDefinition = { cron: "0 3 * * *", timezone: "UTC" };
const HOURLY: ScheduleDefinition = { every: "1h", timezone: "UTC" };

function policyWith(schedule: ScheduleDefinition, retention: RetentionRules, minAge?: string): Policy {
  const brakes = { maxShare: 1, ...(minAge === undefined ? {} : { minAge }) };
  const [policy] = parsePolicies({ p: { select: { name: "*" }, schedule, retention, brakes } });
  if (policy === undefined) throw new Error("no policy");
  return policy;
}

describe("the most that rules keep, in words", () => {
  test.each([
    [DAILY, { daily: 7 }, 7, "daily 7"],
    [DAILY, { last: 3, daily: 7 }, 7, "daily 7"],
    [DAILY, { daily: 7, weekly: 4, monthly: 12 }, 21, "daily 7 + weekly 4 - 1 + monthly 12 - 1"],
    [HOURLY, { last: 24, daily: 7 }, 30, "last 24 + daily 7 - 1"],
    [HOURLY, { hourly: 24, daily: 7 }, 30, "hourly 24 + daily 7 - 1"],
    [HOURLY, { last: 6, hourly: 24 }, 24, "last 6 + hourly 24 - 6"],
    [HOURLY, { within: "12h", hourly: 10 }, 12, "within 12h (12) + hourly 10 - 10"],
    [HOURLY, { last: 12, hourly: 12, daily: 7 }, 18, "last 12 + hourly 12 - 12 + daily 7 - 1"],
    [HOURLY, { timezone: "Europe/Berlin", last: 6, hourly: 24 }, 25, "last 6 + hourly 24 - 5"],
    [{ every: "15min", timezone: "UTC" }, { last: 10, hourly: 10 }, 17, "last 10 + hourly 10 - 3"],
    [{ cron: "*/15 * 1 * *", timezone: "UTC" }, { last: 20, monthly: 6 }, 25, "last 20 + monthly 6 - 1"],
    [DAILY, { within: "14d" }, 14, "within 14d (14)"],
    [DAILY, { within: "1y" }, 26, "within 1y (more than 25)"],
    [HOURLY, { withinDaily: "7d" }, 9, "withinDaily 7d (9)"],
    [DAILY, { withinDaily: "7d" }, 7, "withinDaily 7d (7)"],
    [{ cron: "0 4 1 * *", timezone: "UTC" }, { yearly: 3, monthly: 6 }, 8, "monthly 6 + yearly 3 - 1"],
  ] as const)("%j %j: %j", (schedule, retention, count, terms) =>
    expect(keptAtMost(policyWith(schedule, retention), NOW, 25)).toEqual({ count, terms }),
  );

  test("a minimum age counts", () =>
    expect(keptAtMost(policyWith(HOURLY, { last: 2 }, "12h"), NOW, 25)).toEqual({
      count: 13,
      terms: "minimum age (13)",
    }));
});

test("is the same on whatever day of four years", () => {
  const berlin = { timezone: "Europe/Berlin" };
  const step = inject("isFull") ? 29 : 43;
  for (const [schedule, retention] of [
    [{ cron: "0 3 * * *", ...berlin }, { within: "1m" }],
    [
      { cron: "0 3 * * 0", ...berlin },
      { within: "2m", monthly: 6 },
    ],
    [
      { cron: "30 2 * * *", ...berlin },
      { within: "14d", weekly: 4 },
    ],
    [
      { cron: "0 */6 * * *", ...berlin },
      { withinDaily: "10d", daily: 7 },
    ],
    [
      { cron: "0 0 1 * *", ...berlin },
      { within: "1y", yearly: 3 },
    ],
  ] as const) {
    const counts = new Set<number>();
    const start = Date.parse("2025-01-01T12:00:00Z");
    for (let day = 0; day < 4 * 365; day += step) {
      const now = new Date(start + day * 86_400_000);
      counts.add(keptAtMost(policyWith(schedule, retention), now, 40).count);
    }
    expect([retention, counts.size]).toEqual([retention, 1]);
  }
});

/** Runs the schedule for a while, pruning after each slot, and returns the most snapshots that there were after it. */
function simulate(policy: Policy, from: Date, slots: number): number {
  let own: ObservedSnapshot[] = [];
  let slot = policy.schedule.firstAfter(from.getTime());
  let most = 0;
  for (let count = 0; count < slots && slot !== undefined; count += 1) {
    const at = new Date(slot);
    const id = String(slot).padStart(16, "0");
    const snapshot = { id, name: id, createdAt: at, state: "available", tags: {}, volumeId: "v" } as unknown;
    own.push({
      snapshot,
      held: false,
      backupName: { prefix: "p", policyId: "p", slot: at },
    } as ObservedSnapshot);
    const { remove } = applyRetention(policy, own, { now: at, agedAt: slot });
    own = own.filter((each) => !remove.includes(each));
    most = Math.max(most, own.length);
    slot = policy.schedule.firstAfter(slot);
  }
  return most;
}

test("no run of a schedule ever keeps more, but for one of each span while it reaches over a change of clocks", () => {
  const schedules = fc.constantFrom<ScheduleDefinition>(
    HOURLY,
    DAILY,
    { every: "15min", timezone: "UTC" },
    { cron: "*/20 9-17 * * 1-5", timezone: "Europe/Berlin" },
    { every: "90min", timezone: "UTC" },
    { every: "1d", timezone: "UTC", anchor: "2026-01-01T23:30:00Z" },
    { cron: "30 2 * * 1-5", timezone: "Europe/Berlin" },
    { cron: "0 */6 * * *", timezone: "Australia/Lord_Howe" },
    { cron: "15 4 1,15 * *", timezone: "America/New_York" },
  );
  const zones = fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
  );
  const count = fc.option(fc.nat(6), { nil: 0 });
  const spans = fc.option(fc.constantFrom("6h", "2d", "9d", "1m", "1m3d"), { nil: "0h" });
  const rules = fc.record({
    timezone: zones,
    last: fc.integer({ min: 1, max: 6 }),
    ...{ hourly: count, daily: count, weekly: count, monthly: count, yearly: count },
    ...{ within: spans, withinHourly: spans, withinDaily: spans, withinWeekly: spans, withinMonthly: spans },
    keepOldest: fc.boolean(),
  });
  const starts = fc.constantFrom("2026-03-20T00:00:00Z", "2026-10-18T00:00:00Z", "2026-12-20T00:00:00Z");
  const ages = fc.option(fc.constantFrom("5h", "2d"), { nil: undefined });
  fc.assert(
    fc.property(schedules, rules, starts, ages, (schedule, retention, start, minAge) => {
      const policy = policyWith(schedule, retention, minAge);
      const bound = keptAtMost(policy, NOW, 1_000);
      const changes = retention.timezone !== "UTC" || schedule.timezone !== "UTC";
      const given = Object.entries(retention).filter(
        ([rule, span]) => rule.startsWith("within") && span !== "0h",
      );
      const most = bound.count + (changes ? given.length : 0);
      expect(simulate(policy, new Date(start), 60)).toBeLessThanOrEqual(most);
    }),
    { seed: 5, numRuns: 60 },
  );
});
