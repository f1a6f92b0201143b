import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  newestDueSlot,
  nextSlot,
  parseSchedule,
  parseSlotName,
  slotName,
  slotsBetween,
} from "../../src/index.ts";

const nightly = parseSchedule({ cron: "14 3 * * *", timezone: "UTC" });
const at = (text: string): Date => new Date(`2026-11-${text}Z`);

describe("newestDueSlot", () => {
  test("is the newest slot at or before now: older ones are missed", () => {
    expect(newestDueSlot(nightly, at("21T03:14:00"))).toEqual(at("21T03:14:00"));
    expect(newestDueSlot(nightly, at("21T03:13:59.999"))).toEqual(at("20T03:14:00"));
    expect(newestDueSlot(nightly, at("21T03:14:00.001"))).toEqual(at("21T03:14:00"));
    expect(newestDueSlot(nightly, at("21T23:00:00"))).toEqual(at("21T03:14:00"));
  });

  test("is none when that slot is not later than the one given", () => {
    expect(newestDueSlot(nightly, at("21T10:00:00"), at("20T03:14:00"))).toEqual(at("21T03:14:00"));
    expect(newestDueSlot(nightly, at("21T10:00:00"), at("21T03:14:00"))).toBeUndefined();
    expect(newestDueSlot(nightly, at("21T10:00:00"), at("21T03:13:59"))).toEqual(at("21T03:14:00"));
    expect(newestDueSlot(nightly, at("21T10:00:00"), at("30T00:00:00"))).toBeUndefined();
  });
});

describe("nextSlot", () => {
  test("is strictly later", () => {
    expect(nextSlot(nightly, at("21T03:13:59.999"))).toEqual(at("21T03:14:00"));
    expect(nextSlot(nightly, at("21T03:14:00"))).toEqual(at("22T03:14:00"));
  });
});

describe("slotsBetween", () => {
  test("excludes its start and includes its end", () => {
    expect(slotsBetween(nightly, at("20T03:14:00"), at("22T03:14:00"))).toEqual([
      at("21T03:14:00"),
      at("22T03:14:00"),
    ]);
    expect(slotsBetween(nightly, at("20T03:14:00"), at("21T03:13:59"))).toEqual([]);
    expect(slotsBetween(nightly, at("21T00:00:00"), at("20T00:00:00"))).toEqual([]);
  });

  test("is bounded", () => {
    const year = [new Date("2026-01-01T00:00:00Z"), new Date("2027-01-01T00:00:00Z")] as const;
    expect(slotsBetween(parseSchedule({ every: "1h", timezone: "UTC" }), ...year)).toHaveLength(8760);
    expect(slotsBetween(nightly, ...year, { limit: 365 })).toHaveLength(365);
    expect(() => slotsBetween(nightly, ...year, { limit: 364 })).toThrow(
      "more than 364 slots between 2026-01-01",
    );
    expect(() => slotsBetween(parseSchedule({ every: "1s", timezone: "UTC" }), ...year)).toThrow(RangeError);
  });

  test("an invalid date is refused everywhere", () => {
    const never = new Date("never");
    expect(() => newestDueSlot(nightly, never)).toThrow(RangeError);
    expect(() => newestDueSlot(nightly, at("21T10:00:00"), never)).toThrow(RangeError);
    expect(() => nextSlot(nightly, never)).toThrow(RangeError);
    expect(() => slotsBetween(nightly, at("21T10:00:00"), never)).toThrow(RangeError);
    expect(() => slotName(never)).toThrow(RangeError);
  });
});

describe("slotName", () => {
  test("is the instant in UTC, digits and two letters", () => {
    expect(slotName(new Date("2026-11-21T04:14:00+01:00"))).toBe("20261121T031400Z");
    expect(() => slotName(new Date("2026-11-21T03:14:00.001Z"))).toThrow(RangeError);
    expect(() => slotName(new Date(Date.UTC(10_000, 0, 1)))).toThrow(RangeError);
    expect(() => slotName(new Date(Date.UTC(-1, 0, 1)))).toThrow(RangeError);
  });

  test("is read back, and sorts as the instants do", () => {
    const second = fc.integer({ min: Date.UTC(1970, 0, 1) / 1000, max: Date.UTC(9999, 0, 1) / 1000 });
    fc.assert(
      fc.property(second, second, (a, b) => {
        const [first, other] = [new Date(a * 1000), new Date(b * 1000)];
        expect(slotName(first)).toMatch(/^[0-9TZ]{16}$/);
        expect(parseSlotName(slotName(first))).toEqual(first);
        expect(slotName(first) < slotName(other)).toBe(a < b);
      }),
    );
  });

  test.each([
    "",
    "20261121",
    "20260230T000000Z",
    "20261121T240000Z",
    "20261121T036000Z",
    "20261121T031400z",
    "x20261121T031400Z",
  ])("parseSlotName does not take %j", (name) => expect(parseSlotName(name)).toBeUndefined());
});
