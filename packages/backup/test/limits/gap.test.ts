import * as fc from "fast-check";
import { describe, expect, inject, test, vi } from "vitest";
import { type Policy, parsePolicies, type ScheduleDefinition } from "../../src/index.ts";
import { type CloseSlots, closeSlots, showCloseSlots } from "../../src/limits/close-slots.ts";

const TEN_MINUTES = 600_000;
const NOW = new Date("2026-06-01T00:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;

function policies(...schedules: readonly ScheduleDefinition[]): readonly Policy[] {
  return parsePolicies(
    Object.fromEntries(
      schedules.map((schedule, index) => [
        `p${index}`,
        { select: { name: "*" }, schedule, retention: { last: 1 } },
      ]),
    ),
  );
}

const cron = (pattern: string, timezone = "UTC"): ScheduleDefinition => ({ cron: pattern, timezone });
const every = (span: string, anchor?: string): ScheduleDefinition => ({
  every: span,
  timezone: "UTC",
  ...(anchor === undefined ? {} : { anchor }),
});
const found = (schedules: readonly ScheduleDefinition[], now = NOW): CloseSlots | undefined =>
  closeSlots(policies(...schedules), TEN_MINUTES, now);

describe("what is worked off, one after the other", () => {
  test.each([
    ["nightly and weekly at the same time", [cron("0 3 * * *"), cron("0 3 * * 0")]],
    ["five minutes apart", [cron("0 3 * * *"), cron("5 3 1 * *")]],
    ["hourly and daily at midnight", [cron("0 * * * *"), cron("0 0 * * *")]],
    [
      "hourly, daily, weekly, monthly and yearly",
      ["0 * * * *", "@daily", "@weekly", "@monthly", "@yearly"].map((each) => cron(each)),
    ],
    ["every quarter of an hour, and nightly between", [cron("*/15 * * * *"), cron("30 3 * * *")]],
    ["the night of a clock change", [cron("0 2 * * 0", "Europe/Berlin"), cron("0 3 * * *", "Europe/Berlin")]],
    [
      "clocks that change on different days",
      [cron("0 3 * * *", "Europe/London"), cron("0 3 * * *", "America/New_York")],
    ],
    ["in winter only", [every("1d", "2026-01-01T03:05:00Z"), cron("0 3 * * *", "Europe/London")]],
    ["one policy whose hours meet in one night of the year", [cron("5 2,3 * * *", "Europe/Berlin")]],
    ["every ten minutes", [every("10min")]],
  ] as const)("%s", (_name, schedules) => expect(found(schedules)).toBeUndefined());
});

describe("what recurs and cannot be worked off", () => {
  test.each([
    ["one policy every five minutes", [every("5min")], 300_000],
    ["one policy with two slots each night", [cron("0,5 3 * * *")], 300_000],
    ["a minute field that was forgotten", [cron("* 6 * * 1")], 60_000],
    ["every ten minutes beside nightly", [cron("*/10 * * * *"), cron("0 3 * * *")], 0],
    ["two policies every quarter of an hour", [every("15min"), cron("*/15 * * * *")], 0],
    [
      "seven an hour, where six fit: what waits grows for hours",
      [every("30min"), ...["0 * * * *", "15,45 * * * *", "15,45 * * * *"].map((each) => cron(each))],
      0,
    ],
    ["four policies every half an hour", ["30min", "30min", "30min", "30min"].map((each) => every(each)), 0],
  ] as const)("%s", (_name, schedules, apartMs) => {
    expect(found(schedules)?.apartMs).toBe(apartMs);
    expect(found(schedules.toReversed())?.apartMs).toBe(apartMs);
  });

  test("in words", () => {
    const close = found([cron("*/10 * * * *"), cron("5 3 * * *")]);
    expect(close === undefined ? "" : showCloseSlots(close, TEN_MINUTES, "digitalocean")).toBe(
      "policy p1 has a slot at 2026-06-01T03:05:00.000Z, policy p0 at 2026-06-01T03:00:00.000Z: 5min apart; " +
        "digitalocean allows one snapshot of a volume every 10min; made one after the other, they are not done " +
        "before the next slot, and so it is with 200 of 200 slots of policy p1",
    );
  });
});

test("the verdict is the same on whatever day of four years", () => {
  const pairs = [
    [cron("0 2 8 * *", "America/New_York"), cron("0 3 * * *", "America/New_York")],
    [cron("0 * * * *", "Europe/Berlin"), cron("30 2 * * *", "Europe/Berlin")],
    [cron("0 3 1 1 *"), cron("0 3 * * 0")],
    [cron("*/10 * * * *", "Europe/Berlin"), cron("30 2 * * 0", "Europe/Berlin")],
  ];
  const start = Date.parse("2025-01-01T00:30:00Z");
  const step = inject("isFull") ? 5 : 19;
  for (const [index, pair] of pairs.entries()) {
    const verdicts = new Set<boolean>();
    for (let day = 0; day < 4 * 365; day += step)
      verdicts.add(found(pair, new Date(start + day * DAY)) === undefined);
    expect([index, ...verdicts]).toEqual([index, index < 3]);
  }
});

test("whatever is not refused gets most of its snapshots from a run every five minutes", () => {
  const schedule = fc.oneof(
    fc
      .constantFrom("0 * * * *", "@daily", "30 2 * * *", "*/20 * * * *", "*/10 * * * *", "15,45 * * * *")
      .map((each) => cron(each)),
    fc.constantFrom("10min", "15min", "30min", "1h", "3h").map((each) => every(each)),
  );
  fc.assert(
    fc.property(fc.array(schedule, { minLength: 1, maxLength: 4 }), (schedules) => {
      const all = policies(...schedules);
      if (closeSlots(all, TEN_MINUTES, NOW) !== undefined) return;
      const made = new Map(all.map((policy) => [policy, new Set<number>()]));
      let free = 0;
      for (let at = NOW.getTime(); at < NOW.getTime() + 3 * DAY; at += 5 * MINUTE) {
        if (at < free) continue;
        const due = all
          .map((policy) => ({ policy, slot: policy.schedule.lastAtOrBefore(at) ?? 0 }))
          .filter(({ policy, slot }) => slot >= NOW.getTime() && !made.get(policy)?.has(slot))
          .sort((a, b) => a.slot - b.slot || (a.policy.id < b.policy.id ? -1 : 1));
        const [next] = due;
        if (next === undefined) continue;
        made.get(next.policy)?.add(next.slot);
        free = at + TEN_MINUTES;
      }
      for (const policy of all) {
        let slots = 0;
        let at = policy.schedule.firstAfter(NOW.getTime() - 1);
        for (
          ;
          at !== undefined && at < NOW.getTime() + 3 * DAY - 3_600_000;
          at = policy.schedule.firstAfter(at)
        )
          slots += 1;
        expect(made.get(policy)?.size ?? 0).toBeGreaterThanOrEqual(Math.floor(slots * 0.9));
      }
    }),
    { seed: 5, numRuns: 60 },
  );
});

test("volumes of several sets of policies, on clouds of several gaps, are each looked at once a day", () => {
  const all = policies(cron("0 3 * * *"), cron("30 3 * * *"), cron("0 4 * * 0"));
  const look = (now: Date): void => {
    for (const set of [all, all.slice(0, 2)])
      for (const gapMs of [TEN_MINUTES, MINUTE]) closeSlots(set, gapMs, now);
  };
  look(NOW);
  const asked = all.map(({ schedule }) => vi.spyOn(schedule, "firstAfter"));
  look(NOW);
  for (const calls of asked) expect(calls).not.toHaveBeenCalled();
  look(new Date(NOW.getTime() + DAY));
  for (const calls of asked) expect(calls).toHaveBeenCalled();
});
