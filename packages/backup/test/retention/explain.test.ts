import { describe, expect, test } from "vitest";
import { explainRetention } from "../../src/index.ts";

const policy = { timezone: "Europe/Berlin", daily: 2, keepTags: [["gold"]] };

describe("explainRetention", () => {
  test("gives the JSON of the command", () => {
    const snapshots = [
      { id: "a", time: "2026-11-01T03:00:00+01:00", volume: "db", tags: ["gold", "env:prod"] },
      { id: "d", time: "2026-11-04T02:00:00Z", volume: "db" },
      { id: "c", time: "2026-11-03T02:00:00.5Z", volume: "db", tags: [] },
      { id: "b", time: "2026-11-02t02:00z", volume: "db" },
      { id: "x", time: "2026-11-02T02:00:00-0330", volume: "web" },
    ];
    expect(JSON.parse(JSON.stringify(explainRetention(policy, snapshots)))).toEqual({
      kept: [
        { id: "d", reasons: ["daily 2026-11-04 (1 of 2)"] },
        { id: "c", reasons: ["daily 2026-11-03 (2 of 2)"] },
        { id: "a", reasons: ["tag gold"] },
        { id: "x", reasons: ["daily 2026-11-02 (1 of 2)"] },
      ],
      removed: [{ id: "b" }],
    });
  });

  test("no snapshots, no answer", () => {
    expect(explainRetention(policy, [])).toEqual({ kept: [], removed: [] });
  });

  test("a snapshot that is not good appears as kept, with the reason", () => {
    const snapshots = [
      { id: "b", time: "2026-11-04T02:00:00Z", state: "creating", name: "an unknown key is let through" },
      { id: "a", time: "2026-11-03T02:00:00Z" },
    ];
    expect(explainRetention({ timezone: "UTC", last: 1 }, snapshots).kept).toEqual([
      { id: "a", reasons: ["last (1 of 1)"] },
      { id: "b", reasons: ["state creating: not counted and not removed"] },
    ]);
  });

  test("the future is what lies after the real time, or after the now given", () => {
    const snapshots = [
      { id: "far", time: "9000-01-01T00:00:00Z" },
      { id: "b", time: "2026-11-03T00:00:00Z" },
      { id: "a", time: "2026-11-01T00:00:00Z" },
    ];
    const within = { timezone: "UTC", within: "1d" };
    expect(explainRetention(within, snapshots).removed).toEqual([{ id: "a" }]);
    expect(explainRetention(within, snapshots, { now: new Date("9999-01-01T00:00:00Z") }).removed).toEqual([
      { id: "b" },
      { id: "a" },
    ]);
  });

  test.each([
    "2026-11-21",
    "2026-11-21T03:14:00", // no offset
    "2026-02-29T00:00:00Z", // does not exist
    "2026-04-31T00:00:00+02:00",
    "2026-11-21T24:00:00Z",
    "2026-11-21T03:60:00Z",
    "2026-11-21T03:14:00+25:00",
    "2026-11-21T03:14:00+01:75",
    "21 Nov 2026 03:14 UTC",
    "",
    1_795_000_000,
  ])("refuses the time %j", (time) => {
    expect(() => explainRetention(policy, [{ id: "a", time }])).toThrow(
      `snapshots[0].time: found ${JSON.stringify(time)}, allowed: an ISO 8601 date and time with an offset or Z`,
    );
  });

  test("refuses what is not a list of snapshots, with the path", () => {
    expect(() => explainRetention(policy, {})).toThrow("snapshots: found {}");
    expect(() => explainRetention(policy, [null])).toThrow("snapshots[0]: found null");
    const wrong = [{ id: "", time: "2026-11-04T02:00:00Z", volume: 7, tags: "gold", state: "done", held: 1 }];
    for (const key of ["id", "volume", "tags", "state", "held"]) {
      expect(() => explainRetention(policy, wrong)).toThrow(`snapshots[0].${key}: found`);
    }
  });
});
