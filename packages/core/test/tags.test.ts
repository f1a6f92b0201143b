import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldCapitals, hasTags, tagTexts } from "../src/index.ts";

describe("capitals", () => {
  test.each([
    ["Keep", "kEEP"],
    ["Straße", "STRASSE"],
    ["ΟΔΟΣ", "οδος"],
    ["e\u0301cole", "ÉCOLE"],
    ["i", "I"],
  ])("%j and %j are one text", (a, b) => expect(foldCapitals(a)).toBe(foldCapitals(b)));

  test.each([
    ["keep", "keeps"],
    ["a-b", "a_b"],
    [" keep", "keep"],
  ])("%j and %j are two", (a, b) => expect(foldCapitals(a)).not.toBe(foldCapitals(b)));

  test("folding again changes nothing, and the upper and lower case of a text fold to the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aZ09:_-éßΣςſ") }), (text) => {
        expect(foldCapitals(foldCapitals(text))).toBe(foldCapitals(text));
        expect(foldCapitals(text.toUpperCase())).toBe(foldCapitals(text));
        expect(foldCapitals(text.toLowerCase())).toBe(foldCapitals(text));
      }),
    );
  });
});

describe("tags that are wanted", () => {
  const resource = {
    tags: { Env: "Prod", keep: "legal" },
    flatTags: ["Env:Prod", "keep:legal", "keep:audit"],
  };

  test("are found as they are spelt", () => {
    expect(hasTags(resource, { Env: "Prod" })).toBe(true);
    expect(hasTags(resource, { env: "prod" })).toBe(false);
    expect(hasTags(resource, {})).toBe(true);
  });

  test("are found in any capitals where the provider makes no difference", () => {
    expect(hasTags(resource, { env: "PROD", KEEP: "legal" }, { ignoresCase: true })).toBe(true);
    expect(hasTags(resource, { env: "test" }, { ignoresCase: true })).toBe(false);
  });

  test("are found although another of the same key stands before them", () => {
    expect(hasTags(resource, { keep: "audit" })).toBe(true);
    expect(hasTags(resource, { Keep: "Audit" }, { ignoresCase: true })).toBe(true);
    expect(hasTags({ tags: resource.tags }, { keep: "audit" })).toBe(false);
  });

  test("are own properties", () => expect(hasTags({ tags: {} }, { constructor: "" })).toBe(false));
});

test("all tags as texts", () => {
  expect(tagTexts({ tags: { env: "prod", bare: "" } })).toEqual(["env:prod", "bare"]);
  expect(tagTexts({ tags: { env: "prod" }, flatTags: ["env:prod", "env:test"] })).toEqual([
    "env:prod",
    "env:test",
  ]);
});
