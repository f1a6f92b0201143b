import { describe, expect, test } from "vitest";
import { nextSlot, parseSchedule, slotsBetween } from "../../src/index.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const FROM = Date.parse("2024-01-01T12:00:00Z");
const UNTIL = Date.parse("2026-12-31T12:00:00Z");
/** Shorter than any summer or month of fasting. */
const STEP = 14 * DAY;

/** The local time of each instant in a zone, as `2026-11-21 03:14`. */
function clockOf(timeZone: string): (instant: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return (instant) => format.format(instant);
}

/** Minutes at which the clock does not go on by one minute. */
function changesOf(clock: (instant: number) => string): number[] {
  const offset = (instant: number): number => Date.parse(`${clock(instant).replace(" ", "T")}:00Z`) - instant;
  const changes: number[] = [];
  let before = offset(FROM);
  for (let at = FROM; at < UNTIL; at += STEP) {
    const next = offset(at + STEP);
    if (next === before) continue;
    let [low, high] = [at, at + STEP];
    while (high - low > MINUTE) {
      const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push(high);
    before = next;
  }
  return changes;
}

const zones = Intl.supportedValuesOf("timeZone").map((timezone) => {
  const clock = clockOf(timezone);
  return { timezone, clock, changes: changesOf(clock) };
});

describe(`each of the platform's zones (${zones.length > 400 ? "more than 400" : zones.length})`, () => {
  test("has a slot for each local day that has the time, or skips over it", () => {
    const schedules = ["30 23 * * *", "30 0 * * *", "30 2 * * *"];
    const lacking: string[] = [];
    for (const [index, { timezone, clock, changes }] of zones.entries()) {
      const cron = schedules[index % schedules.length] ?? "";
      // All three where the clock changes.
      for (const pattern of changes.length > 0 ? schedules : [cron]) {
        const [minute = "", hour = ""] = pattern.split(" ");
        const time = `${hour.padStart(2, "0")}:${minute}`;
        const slots = slotsBetween(
          parseSchedule({ cron: pattern, timezone }),
          new Date(FROM),
          new Date(UNTIL),
        );
        const after = new Set(changes);
        const wrong = slots.filter((slot, at) => {
          const previous = slots[at - 1];
          const apart = previous === undefined ? DAY : slot.getTime() - previous.getTime();
          // A day after a right one, nothing has changed.
          const right =
            (apart === DAY && at > 0) || clock(slot.getTime()).endsWith(time) || after.has(slot.getTime());
          return !right || apart < DAY - 121 * MINUTE || apart > DAY + 121 * MINUTE;
        });
        lacking.push(...wrong.map((slot) => `${timezone} ${pattern}: ${slot.toISOString()}`));
      }
    }
    expect(lacking).toEqual([]);
  });

  test("and around each kind of change, each quarter of an hour is where its minutes say", () => {
    const kinds = new Map<string, { readonly timezone: string; readonly change: number }>();
    for (const { timezone, clock, changes } of zones) {
      for (const change of changes) {
        const kind = `${clock(change - MINUTE).slice(11)} ${clock(change).slice(11)}`;
        if (!kinds.has(kind)) kinds.set(kind, { timezone, change });
      }
    }
    expect(kinds.size).toBeGreaterThan(8);
    for (const { timezone, change } of kinds.values()) {
      const clock = clockOf(timezone);
      const [start, end] = [change - 180 * MINUTE, change + 180 * MINUTE];
      const table = Array.from({ length: 361 }, (_, index) => start + index * MINUTE).map((instant) => ({
        instant,
        local: clock(instant),
      }));
      const first = Date.parse(`${table[0]?.local.replace(" ", "T")}:00Z`);
      const last = Date.parse(`${table.at(-1)?.local.replace(" ", "T")}:00Z`);
      for (let wall = Math.ceil(first / (15 * MINUTE)) * 15 * MINUTE; wall < last; wall += 15 * MINUTE) {
        const local = new Date(wall).toISOString().slice(0, 16).replace("T", " ");
        const expected = (
          table.find((each) => each.local === local) ??
          table.find((each) => each.local > local && each.instant >= change)
        )?.instant;
        const cron = `${Number(local.slice(14))} ${Number(local.slice(11, 13))} * * *`;
        const slot = nextSlot(parseSchedule({ cron, timezone }), new Date(start - 1));
        expect(`${timezone} ${local} ${slot?.toISOString()}`).toBe(
          `${timezone} ${local} ${expected === undefined ? "" : new Date(expected).toISOString()}`,
        );
        expect(slot?.getTime()).toBeLessThanOrEqual(end);
      }
    }
  });

  test("Nuuk and Scoresbysund skip the last hour of a day: the slot is right after it", () => {
    for (const timezone of ["America/Nuuk", "America/Scoresbysund"]) {
      const clock = clockOf(timezone);
      for (const [cron, slots] of [
        ["30 23 * * *", ["2026-03-27 23:30", "2026-03-29 00:00", "2026-03-29 23:30"]],
        ["30 23 * * 6", ["2026-03-21 23:30", "2026-03-29 00:00", "2026-04-04 23:30"]],
      ] as const) {
        const from = new Date(cron.endsWith("6") ? "2026-03-20T12:00:00Z" : "2026-03-27T12:00:00Z");
        const until = new Date(cron.endsWith("6") ? "2026-04-06T12:00:00Z" : "2026-03-30T12:00:00Z");
        const found = slotsBetween(parseSchedule({ cron, timezone }), from, until);
        expect(found.map((slot) => clock(slot.getTime()))).toEqual(slots);
      }
    }
  });

  test("a sparse pattern with a step goes through both passes of a repeated hour", () => {
    const schedule = parseSchedule({ cron: "*/30 2 25 10 *", timezone: "Europe/Berlin" });
    const found = slotsBetween(schedule, new Date("2026-01-01T00:00:00Z"), new Date("2027-01-01T00:00:00Z"));
    expect(found.map((slot) => slot.toISOString().slice(5, 16))).toEqual([
      "10-25T00:00",
      "10-25T00:30",
      "10-25T01:00",
      "10-25T01:30",
    ]);
  });

  test("a step in the day of month counts as given, unlike in some crons", () => {
    const days = (cron: string): number =>
      slotsBetween(
        parseSchedule({ cron, timezone: "UTC" }),
        new Date("2026-11-01T00:00:00Z"),
        new Date("2026-11-29T00:00:00Z"),
      ).length;
    expect([days("0 0 */1 * 5"), days("0 0 * * 5"), days("0 0 ? * 5")]).toEqual([28, 4, 4]);
  });
});
