import { createHash } from "node:crypto";
import type { Snapshot } from "@polyvol/core";
import { providerDetails, withProviderDetails } from "@polyvol/core/driver";
import fc from "fast-check";
import { expect, test } from "vitest";
import { snapshotName } from "../../src/index.ts";
import { observeSnapshot } from "../../src/observe/inventory.ts";
import { createKeeper } from "../../src/observe/keeper.ts";
import { canonicalJson, digestOf } from "../../src/plan/canonical-json.ts";
import { remembering, sharedTexts } from "../../src/remember.ts";
import { ownMarks } from "../support/marks.ts";

const SLOT = new Date("2026-11-21T03:00:00Z");

function snapshotOf(volumeId: string, rest: Partial<Snapshot> = {}): Snapshot {
  return {
    id: `of-${volumeId}`,
    name: snapshotName("polyvol", "nightly", volumeId, SLOT),
    provider: "memory",
    volumeId,
    regions: ["r"],
    state: "available",
    createdAt: new Date(SLOT.getTime() + 7_000),
    minVolumeSizeGiB: 1,
    ...ownMarks("nightly"),
    ...rest,
  };
}

test("all that the neutral type says is kept, and not what the provider answered", () => {
  const keep = createKeeper();
  const all = [
    snapshotOf("a"),
    snapshotOf("b", { providerState: "ok", billableGiB: 0, description: "", flatTags: ["x:1", "x:2"] }),
    snapshotOf("c", { tagsUnknown: true, tags: {} }),
    snapshotOf("d", { name: "by hand" }),
  ];
  for (const each of all) {
    const kept = keep(withProviderDetails({ ...each }, { wire: "as large again" }));
    expect(kept).toEqual(observeSnapshot(each));
    expect(providerDetails(kept.snapshot)).toBeUndefined();
  }
});

test("what many have alike is kept once", () => {
  const keep = createKeeper();
  const [one, two] = [keep(snapshotOf("a")), keep(snapshotOf("b"))];
  expect(one.snapshot.tags).toBe(two.snapshot.tags);
  expect(one.snapshot.regions).toBe(two.snapshot.regions);
  expect(one.backupName).toBe(two.backupName);
  expect(keep(snapshotOf("c", { tags: { other: "1" } })).snapshot.tags).toEqual({ other: "1" });
});

test("tags that look alike are not taken for the same, whatever they hold", () => {
  const few = fc.string({ unit: fc.constantFrom("1", ":", ";", "a", "polyvol-hold"), maxLength: 6 });
  const some = fc.record(
    { tags: fc.dictionary(few, few, { maxKeys: 3 }), flatTags: fc.array(few, { maxLength: 3 }) },
    { requiredKeys: ["tags"] },
  );
  fc.assert(
    fc.property(fc.array(some, { maxLength: 30 }), (lists) => {
      const keep = createKeeper();
      const all = lists.map((tags) => snapshotOf("a", tags));
      expect(all.map(keep)).toEqual(all.map(observeSnapshot));
    }),
  );
});

test("reasons that many stay for are one list, which nobody can change", () => {
  const [one, two] = [sharedTexts(["daily", "last"]), sharedTexts(["daily", "last"])];
  expect(one).toBe(two);
  expect(one).toEqual(["daily", "last"]);
  expect(sharedTexts(['daily","last'])).toEqual(['daily","last']);
  expect(() => (one as string[]).push("more")).toThrow(TypeError);
});

test("no more is remembered than asked for, and what is forgotten is made anew", () => {
  const made: number[] = [];
  const doubled = remembering((key: number) => {
    made.push(key);
    return key < 0 ? undefined : 2 * key;
  }, 2);
  expect([1, -1, 1, -1, 3, 1].map(doubled)).toEqual([2, undefined, 2, undefined, 6, 2]);
  expect(made).toEqual([1, -1, 3, 1]);
});

test("a digest is that of the whole text, also of data that comes one after the other", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 20 }), (values) => {
      const text = canonicalJson({ b: values, a: undefined });
      const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
      expect(digestOf({ b: values })).toBe(digest);
      expect(digestOf({ b: values.values() })).toBe(digest);
    }),
  );
  // Longer than one piece, with characters that are two in text and four in bytes.
  const long = Array.from({ length: 30_000 }, (_, index) => `${index} \u{1f40c}`);
  expect(digestOf(long)).toBe(`sha256:${createHash("sha256").update(JSON.stringify(long)).digest("hex")}`);
});
