import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { capabilitiesWith } from "../src/capabilities.ts";
import { readTags, toFlatTags } from "../src/tags.ts";

test("a record becomes flat tags", () => {
  expect(toFlatTags({ env: "prod", bare: "", path: "a:b" })).toEqual(["env:prod", "bare", "path:a:b"]);
  expect(toFlatTags({ a: "b" }, ["a:b", "c"])).toEqual(["a:b", "c"]);
});

test("flat tags become a record, the first of a key winning", () => {
  const flat = ["env:prod", "env:test", "bare", "path:a:b", "open:"];
  expect(readTags(flat)).toEqual({ tags: { env: "prod", bare: "", path: "a:b", open: "" }, flatTags: flat });
  expect(readTags(["env:prod", "bare"])).toEqual({ tags: { env: "prod", bare: "" } });
});

test("an empty list is no tags", () => {
  expect(readTags([])).toEqual({ tags: {} });
});

test.each([null, undefined])("%j says nothing about tags", (flat) => {
  expect(readTags(flat)).toEqual({ tags: {}, tagsUnknown: true });
});

test("a hostile key is a key like any other", () => {
  const { tags } = readTags(["__proto__:x", "constructor"]);
  expect(Object.keys(tags)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(tags)).toBe(Object.prototype);
});

test.each(["", "white space", "ümlaut", "a/b", "a".repeat(256)])("%j is no tag", (tag) => {
  expect(() => toFlatTags({}, [tag])).toThrow(/tag: found .*, allowed: letters, digits/);
});

test("key and value share the length of one tag", () => {
  expect(toFlatTags({ [`k${"a".repeat(100)}`]: "v".repeat(153) })).toHaveLength(1);
  expect(() => toFlatTags({ [`k${"a".repeat(100)}`]: "v".repeat(154) })).toThrow(/invalid_argument/);
});

describe("what core lets through", () => {
  test("comes back unchanged", () => {
    const { tags } = capabilitiesWith(undefined).limits;
    const key = fc.stringMatching(new RegExp(`^${tags?.keyPattern}$`), { maxLength: 20 });
    const value = fc.stringMatching(new RegExp(`^${tags?.valuePattern}$`), { maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (record) => {
        expect(readTags(toFlatTags(record))).toEqual({ tags: record });
      }),
    );
  });
});
