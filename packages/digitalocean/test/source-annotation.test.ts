import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText } from "../../../scripts/test/any-text.ts";
import { markDescription, readDescription } from "../src/source-annotation.ts";

const SOURCE = "91aa0d2e-84ac-11f0-9c1e-0a58ac14c0de";
const MARK = `[polyvol source=${SOURCE}]`;

describe("writing", () => {
  test("without a source the description is the user's own", () => {
    expect(markDescription("data", undefined)).toBe("data");
    expect(markDescription("", undefined)).toBeUndefined();
    expect(markDescription(undefined, undefined)).toBeUndefined();
  });

  test("the mark stands at the end", () => {
    expect(markDescription("data", SOURCE)).toBe(`data ${MARK}`);
    expect(markDescription(undefined, SOURCE)).toBe(MARK);
    expect(markDescription("", SOURCE)).toBe(MARK);
  });

  test("bytes are counted, not characters", () => {
    const room = 1024 - MARK.length - 1;
    expect(markDescription("a".repeat(room), SOURCE)).toHaveLength(1024);
    expect(() => markDescription("a".repeat(room + 1), SOURCE)).toThrow(
      new RegExp(`found ${room + 1} bytes, allowed: ${room}`),
    );
    expect(() => markDescription("ä".repeat(500), SOURCE)).toThrow(/found 1000 bytes/);
    expect(markDescription("a".repeat(1024), undefined)).toHaveLength(1024);
    expect(() => markDescription("a".repeat(1025), undefined)).toThrow(/found 1025 bytes, allowed: 1024/);
  });

  test("a description of the user's own that would be read as a mark is refused", () => {
    expect(() => markDescription(`data ${MARK}`, undefined)).toThrow(/invalid_argument/);
    expect(() => markDescription(MARK, SOURCE)).toThrow(/invalid_argument/);
  });
});

describe("reading", () => {
  test.each([null, undefined, ""])("%j is no description", (text) => {
    expect(readDescription(text)).toEqual({});
  });

  test.each([
    "data",
    "data [x]",
    `${MARK} data`,
    "[polyvol source=]",
    "[polyvol source=../x]",
    `data${MARK}`,
  ])("%j has no mark", (text) => {
    expect(readDescription(text)).toEqual({ description: text });
  });

  test("what was written is read", () => {
    fc.assert(
      fc.property(anyText({ maxLength: 200 }), fc.option(fc.uuid()), (own, source) => {
        const sourceSnapshotId = source ?? undefined;
        expect(readDescription(markDescription(own, sourceSnapshotId))).toEqual({
          ...(own === "" ? {} : { description: own }),
          ...(sourceSnapshotId === undefined ? {} : { sourceSnapshotId }),
        });
      }),
    );
  });
});
