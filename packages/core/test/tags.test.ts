import { createMemoryAccount, createMemoryStorage } from "@polyvol/memory";
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

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

describe("a listing by tags", () => {
  test.each(["volumes", "snapshots"] as const)(
    "of %s is an error where the credentials are not shown tags, and costs one look more only where nothing shows one",
    async (kind) => {
      const account = createMemoryAccount();
      const seeing = createMemoryStorage({ account });
      const blind = createMemoryStorage({ account, hidesTags: true });
      const tags = { env: "prod" };
      const looks = async (listing: () => Promise<unknown>): Promise<number> => {
        account.calls.reset();
        await listing().catch(() => undefined);
        return account.calls.of("canSeeTags");
      };
      expect(await blind[kind].list({ tags }).toArray()).toEqual([]);
      const { id: volumeId } = await seeing.volumes.create({ name: "db", sizeGiB: 1 });
      await seeing.snapshots.create({ volumeId, name: "one" });
      expect(await looks(() => seeing[kind].list({ tags }).toArray())).toBe(1);
      expect(await looks(() => seeing[kind].list().toArray())).toBe(0);
      await seeing.volumes.create({ name: "web", sizeGiB: 1, tags: { env: "test" } });
      await seeing.snapshots.create({ volumeId, name: "two", tags: { env: "test" } });
      expect(await looks(() => seeing[kind].list({ tags }).toArray())).toBe(0);
      expect(await seeing[kind].list({ tags }).toArray()).toEqual([]);
      const denied = { code: "permission_denied", operation: `${kind}.list` };
      await expect(blind[kind].list({ tags }).toArray()).rejects.toMatchObject(denied);
      await expect(drain(blind[kind].list({ tags }))).rejects.toMatchObject(denied);
      await expect(drain(blind[kind].list({ tags }).byPage())).rejects.toMatchObject(denied);
    },
  );
});

test("all tags as texts", () => {
  expect(tagTexts({ tags: { env: "prod", bare: "" } })).toEqual(["env:prod", "bare"]);
  expect(tagTexts({ tags: { env: "prod" }, flatTags: ["env:prod", "env:test"] })).toEqual([
    "env:prod",
    "env:test",
  ]);
});
