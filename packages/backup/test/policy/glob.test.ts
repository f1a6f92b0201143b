import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { growsWithItsInput } from "../../../../scripts/test/growth.ts";
import { matchesGlob } from "../../src/policy/glob.ts";

describe("matchesGlob", () => {
  test.each([
    ["*", "", true],
    ["*", "anything", true],
    ["db-*", "db-1", true],
    ["db-*", "db-", true],
    ["db-*", "adb-1", false],
    ["*-db", "main-db", true],
    ["*a*b", "xaxxb", true],
    ["a?c", "abc", true],
    ["a?c", "ac", false],
    ["?", "ö", true],
    ["?", "😀", true],
    ["DB", "db", false],
    ["[a-z]", "b", false],
    ["[a-z]", "[a-z]", true],
    ["a.c", "abc", false],
    ["", "", true],
    ["", "a", false],
  ])("%j and %j: %j", (pattern, text, fits) => expect(matchesGlob(pattern, text)).toBe(fits));

  test("is the regular expression that it stands for", () => {
    const letters = fc.constantFrom("a", "b", "*", "?", ".");
    const texts = fc.string({ unit: letters, maxLength: 12 });
    fc.assert(
      fc.property(
        texts,
        fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 14 }),
        (pattern, text) => {
          const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
          expect(matchesGlob(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
        },
      ),
      { seed: 1, numRuns: 2_000 },
    );
  });

  test("takes no longer for a pattern made to be slow", () => {
    const work = (size: number): boolean => matchesGlob(`${"*a".repeat(60)}b`, "a".repeat(size));
    expect(work(5_000)).toBe(false);
    expect(growsWithItsInput(work, 5_000)).toBe(true);
  });
});
