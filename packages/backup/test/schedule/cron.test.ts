import { describe, expect, test } from "vitest";
import { newestDueSlot, nextSlot, parseSchedule, slotsBetween } from "../../src/index.ts";

/** The slots later than `after` up to `until`, as UTC texts without milliseconds. */
function slots(cron: string, timezone: string, after: string, until: string): string[] {
  const found = slotsBetween(parseSchedule({ cron, timezone }), new Date(after), new Date(until));
  return found.map((slot) => slot.toISOString().replace(".000Z", "Z"));
}

describe("a cron pattern that names its hours", () => {
  test("goes by the wall clock of its zone", () => {
    // 03:00 in Berlin is 01:00 UTC in summer and 02:00 UTC in winter.
    expect(slots("0 3 * * *", "Europe/Berlin", "2026-10-23T12:00:00Z", "2026-10-26T12:00:00Z")).toEqual([
      "2026-10-24T01:00:00Z",
      "2026-10-25T02:00:00Z",
      "2026-10-26T02:00:00Z",
    ]);
  });

  test("comes once on the day its time occurs twice: the first time", () => {
    expect(slots("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toEqual([
      "2026-10-25T00:30:00Z", // 02:30 CEST; 02:30 CET would be 01:30 UTC
    ]);
    expect(
      slots("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z"),
    ).toEqual([
      "2026-04-04T14:45:00Z", // 01:45 (+11); 01:45 (+10:30) would be 15:15 UTC
    ]);
  });

  test("comes once where the clock goes back at midnight, and not an hour before", () => {
    expect(slots("15 0 * * *", "Africa/Cairo", "2026-10-28T12:00:00Z", "2026-10-30T12:00:00Z")).toEqual([
      "2026-10-28T21:15:00Z", // 00:15 (+3) of the 29th
      "2026-10-29T22:15:00Z", // 00:15 (+2) of the 30th; 21:15 UTC is 23:15 for the second time
    ]);
  });

  test("comes right after the gap on the day its time is skipped", () => {
    expect(slots("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toEqual([
      "2026-03-29T01:00:00Z", // 03:00 CEST
    ]);
    expect(
      slots("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-04T12:00:00Z"),
    ).toEqual([
      "2026-10-03T15:30:00Z", // 02:30 (+11)
    ]);
    // Midnight itself was skipped in São Paulo.
    expect(slots("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z")).toEqual([
      "2018-11-04T03:00:00Z", // 01:00 (-2)
    ]);
  });

  test("several times that are skipped meet in one slot; a list of hours counts as naming them", () => {
    expect(
      slots("10,30 2,14 * * *", "Europe/Berlin", "2026-03-28T20:00:00Z", "2026-03-29T20:00:00Z"),
    ).toEqual(["2026-03-29T01:00:00Z", "2026-03-29T12:10:00Z", "2026-03-29T12:30:00Z"]);
  });

  test("does not come on a day that the calendar skips", () => {
    // Apia went from 29 December 2011 (-10) to 31 December (+14).
    expect(slots("0 6 * * *", "Pacific/Apia", "2011-12-28T20:00:00Z", "2011-12-31T20:00:00Z")).toEqual([
      "2011-12-29T16:00:00Z", // 29 December 06:00
      "2011-12-30T16:00:00Z", // 31 December 06:00
      "2011-12-31T16:00:00Z", // 1 January 06:00
    ]);
  });
});

describe("a cron pattern with a star or a step", () => {
  test("goes on through a repeated hour and leaves a skipped one out", () => {
    expect(slots("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", "2026-10-25T02:00:00Z")).toEqual([
      "2026-10-25T00:00:00Z", // 02:00 CEST
      "2026-10-25T01:00:00Z", // 02:00 CET
      "2026-10-25T02:00:00Z", // 03:00 CET
    ]);
    expect(slots("0 * * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", "2026-03-29T02:00:00Z")).toEqual([
      "2026-03-29T00:00:00Z", // 01:00 CET
      "2026-03-29T01:00:00Z", // 03:00 CEST
      "2026-03-29T02:00:00Z", // 04:00 CEST
    ]);
  });

  test("follows a clock that is off the hour", () => {
    expect(slots("0 * * * *", "Asia/Kathmandu", "2026-11-03T10:00:00Z", "2026-11-03T12:00:00Z")).toEqual([
      "2026-11-03T10:15:00Z",
      "2026-11-03T11:15:00Z",
    ]);
  });
});

describe("cron patterns", () => {
  test("a day matches by day of month or by day of week; leap days and last days are found", () => {
    // 13 November 2026 is a Friday; the Sundays are the 8th and 15th.
    expect(slots("0 0 13 * 0", "UTC", "2026-11-07T00:00:00Z", "2026-11-15T00:00:00Z")).toEqual([
      "2026-11-08T00:00:00Z",
      "2026-11-13T00:00:00Z",
      "2026-11-15T00:00:00Z",
    ]);
    const leap = parseSchedule({ cron: "0 0 29 2 *", timezone: "UTC" });
    expect(nextSlot(leap, new Date("2096-03-01T00:00:00Z"))).toEqual(new Date("2104-02-29T00:00:00Z"));
    expect(newestDueSlot(leap, new Date("2104-02-28T00:00:00Z"))).toEqual(new Date("2096-02-29T00:00:00Z"));
    expect(slots("0 0 L * *", "UTC", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")).toEqual([
      "2026-02-28T00:00:00Z",
    ]);
  });

  test("nicknames", () => {
    expect(slots("@daily", "UTC", "2026-11-02T12:00:00Z", "2026-11-03T12:00:00Z")).toEqual([
      "2026-11-03T00:00:00Z",
    ]);
  });

  test.each([
    ["0 0 30 2 *", "never comes true"],
    ["0 0 31 2,4,6,9,11 *", "never comes true"],
    ["61 * * * *", "61"],
    ["* * * *", "five fields, or"],
    ["0 0 3 * * *", "five fields, or"], // six: seconds are not for backups
    ["nightly", "five fields, or"],
    ["@reboot", "@reboot"],
    ["2026-11-21T03:14:00", "a colon in it"],
    ["2026-11-21T03:14:00 * * * *", "a colon in it"],
    ["H 3 * * *", "illegal"],
    ["", "five fields, or"],
    [7, "five fields"],
  ])("refuses %j", (cron, says) => {
    const parse = (): unknown => parseSchedule({ cron, timezone: "Europe/Berlin" });
    expect(parse).toThrow(`schedule.cron: found ${JSON.stringify(cron)}, allowed: a cron pattern`);
    expect(parse).toThrow(says);
  });
});
