import { parseDateTime } from "@polyvol/core/driver";
import { assert, date, integer, property } from "fast-check";
import { expect, test } from "vitest";

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

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}
