import { describe, expect, test } from "vitest";
import { keptIds, reasonsById, taken } from "./support.ts";

const UTC = "UTC";

describe("count rules", () => {
  test("keep the newest of each period, newest periods first, and say which", () => {
    const snapshots = taken({
      c: "2026-11-03T22:00:00Z",
      b: "2026-11-03T10:00:00Z",
      a: "2026-11-02T10:00:00Z",
      z: "2026-11-01T10:00:00Z",
    });
    expect(reasonsById({ timezone: UTC, daily: 2, last: 1 }, snapshots)).toEqual({
      c: ["last (1 of 1)", "daily 2026-11-03 (1 of 2)"],
      a: ["daily 2026-11-02 (2 of 2)"],
    });
  });

  test("empty periods do not count, however long, and age alone removes nothing", () => {
    const snapshots = taken({
      c: "2026-11-03T00:00:00Z",
      b: "2019-05-01T00:00:00Z",
      a: "1999-12-31T00:00:00Z",
    });
    for (const rule of ["hourly", "daily", "weekly", "monthly", "yearly"]) {
      expect(keptIds({ timezone: UTC, [rule]: 3 }, snapshots)).toEqual(["c", "b", "a"]);
    }
  });

  test("one snapshot uses up several rules at once", () => {
    const snapshots = taken({
      c: "2026-11-03T10:00:00Z",
      b: "2026-11-02T10:00:00Z",
      a: "2026-10-31T10:00:00Z",
    });
    // c is the first of its day, week, month and year: the other rules have nothing left for b and a.
    const policy = { timezone: UTC, last: 1, hourly: 1, daily: 1, weekly: 1, monthly: 1, yearly: 1 };
    expect(keptIds(policy, snapshots)).toEqual(["c"]);
  });

  test("each rule has its own buckets: 2,100 of last and the year 2026 do not collide", () => {
    const first = Date.UTC(2026, 0, 1);
    const snapshots = Array.from({ length: 2100 }, (_, hour) => ({
      id: `s${hour}`,
      time: new Date(first + hour * 3_600_000),
    }));
    expect(keptIds({ timezone: UTC, last: 2100 }, snapshots)).toHaveLength(2100);
    expect(keptIds({ timezone: UTC, last: 2100, yearly: 5 }, snapshots)).toHaveLength(2100);
  });

  test("of equal times the smaller id counts as newer, whatever the order of the input", () => {
    const time = "2026-11-03T10:00:00Z";
    const snapshots = taken({ b: time, c: time, a: time, "10": time, "9": time });
    expect(keptIds({ timezone: UTC, last: 2 }, snapshots)).toEqual(["10", "9"]);
    expect(keptIds({ timezone: UTC, last: 2 }, snapshots.toReversed())).toEqual(["10", "9"]);
    expect(keptIds({ timezone: UTC, daily: 1 }, snapshots.toReversed())).toEqual(["10"]);
  });

  test("each volume is judged alone", () => {
    const snapshots = [
      { id: "b", time: new Date("2026-11-03T10:00:00Z"), volume: "busy" },
      { id: "a", time: new Date("2026-11-02T10:00:00Z"), volume: "busy" },
      { id: "z", time: new Date("2020-01-01T10:00:00Z"), volume: "quiet" },
      { id: "loose", time: new Date("2019-01-01T10:00:00Z") },
    ];
    expect(keptIds({ timezone: UTC, last: 1 }, snapshots)).toEqual(["loose", "b", "z"]);
  });

  test("a future date counts as newest", () => {
    const snapshots = taken({
      future: "2099-01-01T00:00:00Z",
      b: "2026-11-03T00:00:00Z",
      a: "2026-11-02T00:00:00Z",
    });
    expect(keptIds({ timezone: UTC, last: 2 }, snapshots)).toEqual(["future", "b"]);
  });
});

describe("the oldest", () => {
  const oneDay = taken({ c: "2026-11-03T10:00:00Z", b: "2026-11-03T09:00:00Z", a: "2026-11-03T08:00:00Z" });

  test("is kept while a rule has count left, and the reason says so", () => {
    expect(reasonsById({ timezone: UTC, daily: 3 }, oneDay)).toEqual({
      c: ["daily 2026-11-03 (1 of 3)"],
      a: ["oldest kept: daily 2026-11-03 (2 of 3)"],
    });
  });

  test("is not kept by a rule that is used up", () => {
    expect(keptIds({ timezone: UTC, daily: 1 }, oneDay)).toEqual(["c"]);
  });

  test("is not kept when keepOldest is off", () => {
    expect(keptIds({ timezone: UTC, daily: 3, withinDaily: "1y", keepOldest: false }, oneDay)).toEqual(["c"]);
  });

  test("needs no exception when it has a bucket of its own", () => {
    const snapshots = taken({ b: "2026-11-03T10:00:00Z", a: "2026-11-02T10:00:00Z" });
    expect(reasonsById({ timezone: UTC, daily: 5 }, snapshots)).toMatchObject({
      a: ["daily 2026-11-02 (2 of 5)"],
    });
  });

  test("is the oldest good one of its own volume", () => {
    const snapshots = [
      ...oneDay.map((each) => ({ ...each, volume: "v" })),
      { id: "failed", time: new Date("2026-11-03T07:00:00Z"), volume: "v", state: "error" as const },
      { id: "other", time: new Date("2020-01-01T00:00:00Z"), volume: "w" },
    ];
    expect(keptIds({ timezone: UTC, daily: 2 }, snapshots)).toEqual(["c", "a", "other"]);
  });
});
