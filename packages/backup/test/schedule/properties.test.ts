import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newestDueSlot, nextSlot, parseSchedule, slotsBetween } from "../../src/index.ts";

/** A zone, and a time at which its clock changes. */
const places: readonly (readonly [string, string])[] = [
  ["Europe/Berlin", "2026-10-25T01:00:00Z"],
  ["Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["America/New_York", "2026-11-01T06:00:00Z"],
  ["America/New_York", "2026-03-08T07:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
  ["Pacific/Apia", "2011-12-30T10:00:00Z"],
  ["America/St_Johns", "2010-11-07T02:31:00Z"],
  ["America/St_Johns", "2010-03-14T03:31:00Z"],
  ["America/Sao_Paulo", "2018-11-04T03:00:00Z"],
  ["Antarctica/Casey", "2021-03-13T13:00:00Z"],
  ["America/Nuuk", "2026-03-29T01:00:00Z"],
  ["America/Scoresbysund", "2026-03-29T01:00:00Z"],
  ["America/Havana", "2026-03-08T05:00:00Z"],
  ["UTC", "2026-12-31T00:00:00Z"],
];

const MINUTE = 60_000;
const DAY = 86_400_000;

/** The wall clock of each minute from `start` to `end`, as `2026-11-21 03:14`, in order of real time. */
function minutes(
  timezone: string,
  start: number,
  end: number,
): { instant: number; day: string; time: string }[] {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "short",
  });
  const count = (end - start) / MINUTE;
  return Array.from({ length: count }, (_, index) => {
    const instant = start + index * MINUTE;
    const [day = "", time = ""] = format.format(instant).split(" ");
    return { instant, day, time };
  });
}

const two = (value: number): string => String(value).padStart(2, "0");
const someOf = (below: number, most: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.nat(below - 1), { minLength: 1, maxLength: most });

describe("cron slots around clock changes, against every minute of five days", () => {
  const window = fc.constantFrom(...places).map(([timezone, change]) => {
    const start = Math.floor(Date.parse(change) / DAY) * DAY - 2 * DAY;
    return { timezone, start, end: start + 5 * DAY };
  });

  test("hours named: each wall time once a day, the first of two, or right after a gap", () => {
    fc.assert(
      fc.property(window, someOf(60, 3), someOf(24, 4), ({ timezone, start, end }, minute, hour) => {
        const all = minutes(timezone, start - 2 * DAY, end + 2 * DAY);
        const expected = new Set<number>();
        for (const day of new Set(all.map((each) => each.day))) {
          const ofDay = all.filter((each) => each.day === day);
          for (const time of hour.flatMap((h) => minute.map((m) => `${two(h)}:${two(m)}`))) {
            // A gap at the end of a day ends on the next one.
            const slot =
              ofDay.find((each) => each.time === time) ??
              all.find((each) => each.day > day || (each.day === day && each.time > time));
            if (slot !== undefined) expected.add(slot.instant);
          }
        }
        const schedule = parseSchedule({ cron: `${minute} ${hour} * * *`, timezone });
        const found = slotsBetween(schedule, new Date(start - 1), new Date(end - 1));
        expect(found.map(Number)).toEqual(
          [...expected].filter((instant) => instant >= start && instant < end).sort((a, b) => a - b),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("any hour: every real minute whose wall clock matches", () => {
    fc.assert(
      fc.property(window, someOf(60, 3), ({ timezone, start, end }, minute) => {
        const expected = minutes(timezone, start, end).filter(({ time }) =>
          minute.includes(Number(time.slice(3))),
        );
        const schedule = parseSchedule({ cron: `${minute} * * * *`, timezone });
        const found = slotsBetween(schedule, new Date(start - 1), new Date(end - 1));
        expect(found.map(Number)).toEqual(expected.map(({ instant }) => instant));
      }),
      { numRuns: 30 },
    );
  });

  test("looking back and looking forward find the same slots", () => {
    const cron = fc.constantFrom(
      "30 2 * * *",
      "0 * * * *",
      "*/7 1-3 * * *",
      "0 0 * * *",
      "15 23 * * 0",
      "59 23 L * *",
    );
    const schedules = window.chain(({ timezone, start, end }) =>
      fc.record({
        definition: fc.oneof(
          cron.map((pattern) => ({ cron: pattern, timezone })),
          fc.constantFrom("6h", "1d", "7min", "1h1s").map((every) => ({ every, timezone })),
        ),
        now: fc.integer({ min: start, max: end }),
      }),
    );
    fc.assert(
      fc.property(schedules, ({ definition, now }) => {
        const schedule = parseSchedule(definition);
        const due = newestDueSlot(schedule, new Date(now));
        if (due === undefined) throw new Error("a slot is always due");
        expect(due.getTime()).toBeLessThanOrEqual(now);
        expect(due.getTime() % 1000).toBe(0);
        // No slot lies between the one due and now, and the one before it leads to it.
        expect(nextSlot(schedule, due)?.getTime()).toBeGreaterThan(now);
        expect(nextSlot(schedule, new Date(due.getTime() - 1))).toEqual(due);
        expect(newestDueSlot(schedule, due)).toEqual(due);
      }),
      { numRuns: 1000 },
    );
  });
});
