import { describe, expect, test } from "vitest";
import { keptIds, reasonsById, taken } from "./support.ts";

/** Without the oldest-kept rule the buckets alone decide. */
const keepOldest = false;

describe("buckets by the wall clock of the policy", () => {
  test("the same instants fall on other days in other zones", () => {
    // 23:30 UTC on 3 November is 00:30 on 4 November in Berlin (+1).
    const snapshots = taken({ b: "2026-11-03T23:30:00Z", a: "2026-11-03T10:00:00Z" });
    expect(keptIds({ timezone: "UTC", daily: 2, keepOldest }, snapshots)).toEqual(["b"]);
    expect(keptIds({ timezone: "Europe/Berlin", daily: 2, keepOldest }, snapshots)).toEqual(["b", "a"]);
  });

  test("the offset written in a snapshot's time plays no part", () => {
    const snapshots = taken({ b: "2026-11-04T01:00:00+14:00", a: "2026-11-03T01:00:00-10:00" });
    // Both are 3 November 11:00 UTC; a is "3 November", b "4 November" by its own offset.
    expect(keptIds({ timezone: "UTC", daily: 2, keepOldest }, snapshots)).toEqual(["a"]);
  });

  test("the autumn hour that happens twice is one bucket (Berlin, 25 October 2026)", () => {
    const snapshots = taken({
      second: "2026-10-25T01:30:00Z", // 02:30 CET (+1)
      first: "2026-10-25T00:30:00Z", // 02:30 CEST (+2)
      before: "2026-10-24T23:30:00Z", // 01:30 CEST
    });
    expect(keptIds({ timezone: "Europe/Berlin", hourly: 9, keepOldest }, snapshots)).toEqual([
      "second",
      "before",
    ]);
    expect(keptIds({ timezone: "UTC", hourly: 9, keepOldest }, snapshots)).toHaveLength(3);
  });

  test("the spring hour that is skipped has no bucket (Berlin, 29 March 2026)", () => {
    const snapshots = taken({
      after: "2026-03-29T01:10:00Z", // 03:10 CEST
      before: "2026-03-29T00:50:00Z", // 01:50 CET
    });
    expect(reasonsById({ timezone: "Europe/Berlin", hourly: 9, keepOldest }, snapshots)).toEqual({
      after: ["hourly 2026-03-29T03 (1 of 9)"],
      before: ["hourly 2026-03-29T01 (2 of 9)"],
    });
  });

  test("a half-hour shift back repeats half an hour (Lord Howe, 5 April 2026, 02:00 +11 to 01:30 +10:30)", () => {
    const snapshots = taken({
      d: "2026-04-04T15:40:00Z", // 02:10 (+10:30)
      c: "2026-04-04T15:10:00Z", // 01:40 (+10:30), after the shift at 15:00 UTC
      b: "2026-04-04T14:45:00Z", // 01:45 (+11)
      a: "2026-04-04T14:20:00Z", // 01:20 (+11)
    });
    expect(keptIds({ timezone: "Australia/Lord_Howe", hourly: 9, keepOldest }, snapshots)).toEqual([
      "d",
      "c",
    ]);
  });

  test("a half-hour shift forward leaves half an hour of 02 o'clock (Lord Howe, 4 October 2026)", () => {
    const snapshots = taken({
      c: "2026-10-03T16:00:00Z", // 03:00 (+11)
      b: "2026-10-03T15:30:00Z", // 02:30 (+11): 02:00 (+10:30) was skipped
      a: "2026-10-03T15:29:59Z", // 01:59:59 (+10:30)
    });
    expect(keptIds({ timezone: "Australia/Lord_Howe", hourly: 9, keepOldest }, snapshots)).toEqual([
      "c",
      "b",
      "a",
    ]);
  });

  test("zones off the hour cut hours by their own clock (Kathmandu, +5:45)", () => {
    const snapshots = taken({
      c: "2026-11-03T10:15:00Z", // 16:00
      b: "2026-11-03T10:14:00Z", // 15:59
      a: "2026-11-03T09:15:00Z", // 15:00
    });
    expect(keptIds({ timezone: "Asia/Kathmandu", hourly: 9, keepOldest }, snapshots)).toEqual(["c", "b"]);
  });

  test("a calendar day that is skipped is an empty period (Apia had no 30 December 2011)", () => {
    const snapshots = taken({
      c: "2011-12-30T10:30:00Z", // 31 December 00:30 (+14), half an hour after the jump at 10:00 UTC
      b: "2011-12-30T09:30:00Z", // 29 December 23:30 (-10)
      a: "2011-12-29T09:30:00Z", // 28 December 23:30 (-10)
    });
    expect(reasonsById({ timezone: "Pacific/Apia", daily: 3, keepOldest }, snapshots)).toEqual({
      c: ["daily 2011-12-31 (1 of 3)"],
      b: ["daily 2011-12-29 (2 of 3)"],
      a: ["daily 2011-12-28 (3 of 3)"],
    });
  });

  test("only neighbours are compared: a day that local time returns to comes twice (St. John's, 2010)", () => {
    // On 7 November 2010 at 00:01 (-2:30) the clock went back to 23:01 (-3:30) of 6 November: 02:31 UTC.
    const snapshots = taken({
      d: "2010-11-07T03:45:00Z", // 7 November 00:15, for the second time
      c: "2010-11-07T03:00:00Z", // 6 November 23:30, for the second time
      b: "2010-11-07T02:30:30Z", // 7 November 00:00:30
      a: "2010-11-07T02:00:00Z", // 6 November 23:30
    });
    const timezone = "America/St_Johns";
    expect(keptIds({ timezone, daily: 4, keepOldest }, snapshots)).toEqual(["d", "c", "b", "a"]);
    expect(keptIds({ timezone, daily: 2, keepOldest }, snapshots)).toEqual(["d", "c"]);
    expect(keptIds({ timezone, monthly: 4, keepOldest }, snapshots)).toEqual(["d"]);
  });

  test("weeks are ISO weeks: 30 December 2024 is in week 1 of 2025, so weekly and yearly disagree", () => {
    const snapshots = taken({
      c: "2025-01-02T10:00:00Z", // Thursday of 2025-W01
      b: "2024-12-30T10:00:00Z", // Monday of 2025-W01
      a: "2024-12-29T10:00:00Z", // Sunday of 2024-W52
    });
    expect(reasonsById({ timezone: "UTC", weekly: 9, yearly: 9, keepOldest }, snapshots)).toEqual({
      c: ["weekly 2025-W01 (1 of 9)", "yearly 2025 (1 of 9)"],
      b: ["yearly 2024 (2 of 9)"],
      a: ["weekly 2024-W52 (2 of 9)"],
    });
  });

  test("1 January can lie in week 53 or 52 of the year before", () => {
    const snapshots = taken({
      d: "2022-01-01T10:00:00Z", // Saturday of 2021-W52
      c: "2021-12-27T10:00:00Z", // Monday of 2021-W52
      b: "2021-01-03T10:00:00Z", // Sunday of 2020-W53
      a: "2020-12-28T10:00:00Z", // Monday of 2020-W53
    });
    expect(reasonsById({ timezone: "UTC", weekly: 9, keepOldest }, snapshots)).toEqual({
      d: ["weekly 2021-W52 (1 of 9)"],
      b: ["weekly 2020-W53 (2 of 9)"],
    });
  });

  test("a week is named after the year of its Thursday, by a day at either end of it", () => {
    const snapshots = taken({
      d: "2026-01-04T10:00:00Z", // Sunday; Thursday is 1 January 2026
      c: "2025-12-28T10:00:00Z", // Sunday; Thursday is 25 December 2025
      b: "2021-01-01T10:00:00Z", // Friday; Thursday is 31 December 2020
      a: "2018-12-31T10:00:00Z", // Monday; Thursday is 3 January 2019
    });
    expect(reasonsById({ timezone: "UTC", weekly: 4 }, snapshots)).toEqual({
      d: ["weekly 2026-W01 (1 of 4)"],
      c: ["weekly 2025-W52 (2 of 4)"],
      b: ["weekly 2020-W53 (3 of 4)"],
      a: ["weekly 2019-W01 (4 of 4)"],
    });
  });
});
