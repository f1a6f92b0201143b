import { isDateTime, parseDateTime, parseTimestamp } from "@polyvol/core/driver";
import { assert, date, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";

const range = {
  min: new Date("0000-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59Z"),
  noInvalidDate: true,
};

test("reads what the platform reads, to the second in UTC and otherwise", () => {
  assert(
    property(date(range), integer({ min: -839, max: 839 }), (time, offset) => {
      const exact = time.toISOString();
      const toTheSecond = `${exact.slice(0, 19)}Z`;
      const zone = `${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`;
      for (const text of [exact, toTheSecond, `${exact.slice(0, 19)}${zone}`]) {
        expect(parseDateTime(text)).toEqual(new Date(text));
      }
    }),
  );
});

test.each(["2024-02-29T23:59:59Z", "0000-01-01T00:00:00Z", "0099-12-31T23:59:59Z", "9999-12-31T23:59:59Z"])(
  "%s",
  (text) => {
    expect(parseDateTime(text).getTime()).toBe(new Date(text).getTime());
  },
);

describe("instants", () => {
  test.each([
    ["2024-07-30T04:54:33Z", "2024-07-30T04:54:33.000Z"],
    ["2024-07-30T04:54:33", "2024-07-30T04:54:33.000Z"],
    ["2024-07-30 04:54:33", "2024-07-30T04:54:33.000Z"],
    ["2024-07-30T04:54:33.2", "2024-07-30T04:54:33.200Z"],
    ["2024-07-30T04:54:33.219373", "2024-07-30T04:54:33.219Z"],
    ["2024-07-30T04:54:33.219373Z", "2024-07-30T04:54:33.219Z"],
    ["2024-07-30T04:54:33+09:00", "2024-07-29T19:54:33.000Z"],
    ["2024-07-30T04:54:33.5+0900", "2024-07-29T19:54:33.500Z"],
    ["2024-07-30T04:54:33.000+00:00", "2024-07-30T04:54:33.000Z"],
  ])("%s", (text, expected) => {
    expect(parseTimestamp(text)?.toISOString()).toBe(expected);
  });

  test.each([[""], [null], [undefined], ["2024-07-30"], ["2024-13-30T04:54:33Z"], ["1700000000000"]])(
    "%j is none",
    (text) => {
      expect(parseTimestamp(text)).toBeUndefined();
    },
  );
});

test.each([
  ["2024-02-29T00:00:00Z", true],
  ["2023-02-29T00:00:00Z", false],
  ["2024-02-31T00:00:00Z", false],
  ["2024-04-31 10:00:00", false],
  ["2024-12-31T23:59:59.5+09:00", true],
])("%s is a day: %s", (text, is) => {
  expect(parseTimestamp(text) !== undefined).toBe(is);
});

test("a month has the days that the platform gives it", () => {
  const [year, month, day] = [
    integer({ min: 0, max: 9999 }),
    integer({ min: 1, max: 12 }),
    integer({ min: 1, max: 31 }),
  ];
  assert(
    property(year, month, day, (...parts) => {
      const date = parts.map((each, index) => String(each).padStart(index === 0 ? 4 : 2, "0")).join("-");
      const text = `${date}T00:00:00Z`;
      expect(isDateTime(text)).toBe(new Date(text).toISOString().startsWith(date));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["2024-02-29T23:59:59Z", true],
  ["2024-07-30T04:54:33.219373+09:00", true],
  ["2023-02-29T00:00:00Z", false],
  ["2024-07-30T04:54:33", false],
  ["2024-07-30", false],
  ["", false],
])("%j is a date and time with its zone: %s", (text, is) => {
  expect(isDateTime(text)).toBe(is);
});

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}
