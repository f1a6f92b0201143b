import { describe, expect, test } from "vitest";
import { newestDueSlot, nextSlot, PolicyError, parseSchedule, slotsBetween } from "../../src/index.ts";

describe("an interval", () => {
  test("is anchored at the Unix epoch in UTC, whatever the zone", () => {
    for (const timezone of ["UTC", "Asia/Kathmandu"]) {
      const schedule = parseSchedule({ every: "6h", timezone });
      expect(newestDueSlot(schedule, new Date("2026-11-21T17:59:59.999Z"))).toEqual(
        new Date("2026-11-21T12:00:00Z"),
      );
      expect(nextSlot(schedule, new Date("2026-11-21T12:00:00Z"))).toEqual(new Date("2026-11-21T18:00:00Z"));
    }
  });

  test("is elapsed time: a clock change does not move it", () => {
    const schedule = parseSchedule({ every: "12h", timezone: "Europe/Berlin" });
    const slots = slotsBetween(schedule, new Date("2026-03-28T13:00:00Z"), new Date("2026-03-30T00:00:00Z"));
    expect(slots.map((slot) => slot.toISOString())).toEqual([
      "2026-03-29T00:00:00.000Z",
      "2026-03-29T12:00:00.000Z",
      "2026-03-30T00:00:00.000Z",
    ]);
  });

  test("can be anchored elsewhere, and goes on before the anchor as well", () => {
    const schedule = parseSchedule({ every: "1d", timezone: "UTC", anchor: "2026-11-21T03:14:00+01:00" });
    expect(nextSlot(schedule, new Date("2026-11-25T00:00:00Z"))).toEqual(new Date("2026-11-25T02:14:00Z"));
    expect(newestDueSlot(schedule, new Date("1969-12-31T00:00:00Z"))).toEqual(
      new Date("1969-12-30T02:14:00Z"),
    );
  });

  test.each([
    ["90s", 90],
    ["10min", 600],
    ["6h", 21_600],
    ["1d", 86_400],
    ["1d12h", 129_600],
    ["30min1h", 5_400],
  ])("%s is %i seconds", (every, seconds) => {
    const schedule = parseSchedule({ every, timezone: "UTC" });
    expect(nextSlot(schedule, new Date(0))).toEqual(new Date(seconds * 1000));
  });

  test.each([
    "0h",
    "0d0min",
    "-6h",
    "6",
    "h",
    "6 h",
    "1.5h",
    "5m",
    "1w",
    "6h6h",
    "",
    `${"9".repeat(30)}d`,
    6,
    null,
  ])("refuses %j", (every) => {
    const found = `schedule.every: found ${JSON.stringify(every)}`.slice(0, 60);
    expect(() => parseSchedule({ every, timezone: "UTC" })).toThrow(found);
  });
});

describe("parseSchedule", () => {
  test.each([
    [{ timezone: "UTC" }, "schedule: found"],
    [{ timezone: "UTC", cron: "@daily", every: "1d" }, "allowed: exactly one of cron and every"],
    [{ cron: "@daily" }, "schedule.timezone: found nothing"],
    [{ every: "1d" }, "schedule.timezone: found nothing"],
    [{ every: "1d", timezone: "Mars/Olympus" }, 'schedule.timezone: found "Mars/Olympus"'],
    [{ cron: "@daily", timezone: "+01:00" }, 'schedule.timezone: found "+01:00"'],
    [{ cron: "@daily", timezone: "UTC", anchor: "2026-11-21T00:00:00Z" }, "only every has an anchor"],
    [{ every: "1d", timezone: "UTC", anchor: "2026-11-21" }, 'schedule.anchor: found "2026-11-21"'],
    [{ every: "1d", timezone: "UTC", anchor: "2026-11-21T00:00:00.5Z" }, "on a whole second"],
    [{ every: "1d", timezone: "UTC", at: "3" }, "schedule.at: found an unknown key"],
    [null, "schedule: found null"],
    ["@daily", 'schedule: found "@daily"'],
  ])("refuses %j", (definition, message) => {
    expect(() => parseSchedule(definition)).toThrow(PolicyError);
    expect(() => parseSchedule(definition)).toThrow(message);
  });

  test("an unknown zone is one problem, not two", () => {
    expect(() => parseSchedule({ cron: "@daily", timezone: "Mars" })).toThrow(
      expect.objectContaining({ code: "invalid_argument", problems: [expect.anything()] }),
    );
  });

  test("keeps the definition", () => {
    const definition = { every: "1d", timezone: "UTC", anchor: "2026-11-21T00:00:00Z" };
    expect(parseSchedule(definition).definition).toEqual(definition);
  });
});

test("a wrong pattern and a wrong zone are said at once", () => {
  const parse = () => parseSchedule({ cron: "0 3 * *", timezone: "Mars" });
  expect(parse).toThrow("schedule.cron");
  expect(parse).toThrow("schedule.timezone");
});
