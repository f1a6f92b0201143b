import { describe, expect, test } from "vitest";
import { keptIds, reasonsById, taken } from "./support.ts";

/** A snapshot right at the edge is outside; one a second later is inside. */
function edgeIsAt(timezone: string, within: string, newest: string, edge: string): void {
  const at = new Date(edge);
  const snapshots = [
    ...taken({ newest }),
    { id: "inside", time: new Date(at.getTime() + 1000) },
    { id: "edge", time: at },
  ];
  expect(keptIds({ timezone, within }, snapshots)).toEqual(["newest", "inside"]);
}

describe("spans", () => {
  test("reach back from the newest snapshot, not from now, so that old snapshots do not all go", () => {
    const snapshots = taken({
      c: "2020-01-05T00:00:00Z",
      b: "2020-01-04T12:00:00Z",
      a: "2020-01-03T00:00:00Z",
    });
    expect(reasonsById({ timezone: "UTC", within: "1d" }, snapshots)).toEqual({
      c: ["within 1d"],
      b: ["within 1d"],
    });
  });

  test("the edge itself is outside", () =>
    edgeIsAt("UTC", "1d", "2026-11-03T10:00:00Z", "2026-11-02T10:00:00Z"));

  test("one month before 31 March is 31 February: 3 March, in a leap year 2 March", () => {
    edgeIsAt("UTC", "1m", "2026-03-31T12:00:00Z", "2026-03-03T12:00:00Z"); // 31 - 28
    edgeIsAt("UTC", "1m", "2028-03-31T12:00:00Z", "2028-03-02T12:00:00Z"); // 31 - 29
    edgeIsAt("UTC", "1y", "2028-02-29T12:00:00Z", "2027-03-01T12:00:00Z"); // 29 - 28
    edgeIsAt("UTC", "5m", "2026-10-31T12:00:00Z", "2026-05-31T12:00:00Z");
    edgeIsAt("UTC", "4m", "2026-10-31T12:00:00Z", "2026-07-01T12:00:00Z"); // 31 June
  });

  test("months go before days, both before hours: 1y2m3d4h", () => {
    // 2025-03-31 less 1 year, 2 months, 3 days is 2024-01-28, less 4 hours 08:00.
    edgeIsAt("UTC", "1y2m3d4h", "2025-03-31T12:00:00Z", "2024-01-28T08:00:00Z");
    edgeIsAt("UTC", "4h3d2m1y", "2025-03-31T12:00:00Z", "2024-01-28T08:00:00Z");
    // 31 February less one day is counted from 31 - 1 = 30 February, which is 2 March 2026.
    edgeIsAt("UTC", "1m1d", "2026-03-31T12:00:00Z", "2026-03-02T12:00:00Z");
  });

  test("four days across the spring change are 95 hours, so 4d and 96h keep different sets", () => {
    // Berlin, newest 31 March 12:00 CEST; four calendar days before is 27 March 12:00 CET, 11:00 UTC.
    edgeIsAt("Europe/Berlin", "4d", "2026-03-31T10:00:00Z", "2026-03-27T11:00:00Z");
    edgeIsAt("Europe/Berlin", "96h", "2026-03-31T10:00:00Z", "2026-03-27T10:00:00Z");
    // In autumn they are 97 hours: 27 October 12:00 CET, 23 October 12:00 CEST.
    edgeIsAt("Europe/Berlin", "4d", "2026-10-27T11:00:00Z", "2026-10-23T10:00:00Z");
    // At Lord Howe 95.5 hours: 6 October 12:00 (+11), 2 October 12:00 (+10:30).
    edgeIsAt("Australia/Lord_Howe", "4d", "2026-10-06T01:00:00Z", "2026-10-02T01:30:00Z");
  });

  test("four days across the day that Apia skipped are 72 hours", () => {
    // 1 January 2012 12:00 (+14), 28 December 2011 12:00 (-10).
    edgeIsAt("Pacific/Apia", "4d", "2011-12-31T22:00:00Z", "2011-12-28T22:00:00Z");
    // Two days before is 30 December 12:00, which moves on by the gap to 31 December 12:00 (+14).
    edgeIsAt("Pacific/Apia", "2d", "2011-12-31T22:00:00Z", "2011-12-30T22:00:00Z");
  });

  test("an edge at a time that occurs twice is the first one, east and west", () => {
    edgeIsAt("Europe/Berlin", "2d", "2026-10-27T01:30:00Z", "2026-10-25T00:30:00Z"); // 02:30 CEST
    edgeIsAt("America/New_York", "2d", "2026-11-03T06:30:00Z", "2026-11-01T05:30:00Z"); // 01:30 EDT
  });

  test("an edge at a time that is skipped moves on by the gap, east and west", () => {
    edgeIsAt("Europe/Berlin", "2d", "2026-03-31T00:30:00Z", "2026-03-29T01:30:00Z"); // 02:30 becomes 03:30 CEST
    edgeIsAt("America/New_York", "2d", "2026-03-10T06:30:00Z", "2026-03-08T07:30:00Z"); // 02:30 becomes 03:30 EDT
  });

  test("hours alone are elapsed time even when the newest lies in a repeated hour", () => {
    edgeIsAt("Europe/Berlin", "2h", "2026-10-25T00:30:00Z", "2026-10-24T22:30:00Z");
    edgeIsAt("Europe/Berlin", "2h", "2026-10-25T01:30:00Z", "2026-10-24T23:30:00Z");
  });

  test("a span longer than any calendar reaches everything", () => {
    const snapshots = taken({ b: "2026-11-03T00:00:00Z", a: "1970-01-01T00:00:00Z" });
    for (const within of ["1950y", "9999y", "999999999y", `${"9".repeat(400)}d`, `1d${"9".repeat(400)}h`]) {
      expect(keptIds({ timezone: "Europe/Berlin", within }, snapshots)).toEqual(["b", "a"]);
    }
  });

  test("future dates are inside every span but are not where it starts", () => {
    const snapshots = taken({
      future: "2099-01-01T00:00:00Z",
      b: "2026-11-03T00:00:00Z",
      a: "2026-11-01T00:00:00Z",
    });
    const now = new Date("2026-11-21T00:00:00Z");
    expect(keptIds({ timezone: "UTC", within: "1d" }, snapshots, now)).toEqual(["future", "b"]);
    // A snapshot of right now is not in the future.
    expect(keptIds({ timezone: "UTC", within: "1d" }, snapshots, new Date("2099-01-01T00:00:00Z"))).toEqual([
      "future",
    ]);
    // When all are in the future, every span reaches all.
    expect(keptIds({ timezone: "UTC", within: "1h" }, snapshots, new Date(0))).toHaveLength(3);
  });
});

describe("within… rules", () => {
  const snapshots = taken({
    e: "2026-11-03T20:00:00Z",
    d: "2026-11-03T08:00:00Z",
    c: "2026-11-02T20:00:00Z",
    b: "2026-11-01T20:00:00Z",
    a: "2026-10-01T00:00:00Z",
  });

  test("keep one of each period inside the span", () => {
    expect(reasonsById({ timezone: "UTC", withinDaily: "2d" }, snapshots)).toEqual({
      e: ["daily 2026-11-03 within 2d"],
      c: ["daily 2026-11-02 within 2d"], // b is right at the edge
    });
  });

  test("keep the oldest too when it is inside the span and its period is not new", () => {
    expect(reasonsById({ timezone: "UTC", withinYearly: "1y" }, snapshots)).toEqual({
      e: ["yearly 2026 within 1y"],
      a: ["oldest kept: yearly 2026 within 1y"],
    });
    expect(keptIds({ timezone: "UTC", withinYearly: "1m" }, snapshots)).toEqual(["e"]);
  });

  test("go together with counts and plain spans: any match keeps", () => {
    expect(
      reasonsById({ timezone: "UTC", within: "1h", withinHourly: "13h", monthly: 2 }, snapshots),
    ).toEqual({
      e: ["within 1h", "monthly 2026-11 (1 of 2)", "hourly 2026-11-03T20 within 13h"],
      d: ["hourly 2026-11-03T08 within 13h"],
      a: ["monthly 2026-10 (2 of 2)"],
    });
  });
});
