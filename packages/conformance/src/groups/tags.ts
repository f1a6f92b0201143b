import { foldCapitals, type Snapshot, type Volume } from "@polyvol/core";
import { expect } from "vitest";
import type { Bench } from "../bench.ts";
import type { Suite } from "../suite.ts";
import { SOME_TAGS } from "./exercises.ts";

const FIRST: Readonly<Record<string, string>> = { "Kit-Case": "One" };
const SECOND: Readonly<Record<string, string>> = { "kit-CASE": "ONE" };
const CAPITALS = "tags that may have capitals";

/** Whether the provider takes tags that differ by capitals alone: some have small letters only. */
function takesCapitals({ limits: { tags } }: Bench): boolean {
  const fits = (pattern: string, text: string): boolean => new RegExp(`^(?:${pattern})$`).test(text);
  return [FIRST, SECOND]
    .flatMap((each) => Object.entries(each))
    .every(
      ([key, value]) => tags === undefined || (fits(tags.keyPattern, key) && fits(tags.valuePattern, value)),
    );
}

/** Case 58 once more: what is chosen, held and kept by tags rests on these. */
export function tagCases(suite: Suite): void {
  suite.test(
    "58. Tags of volumes that differ by capitals alone are one, or two, as the tag rule says",
    ["volumes.tags", "volumes.readTags"],
    async (bench) => {
      if (!takesCapitals(bench)) return bench.skip(CAPITALS);
      const make = (tags: Readonly<Record<string, string>>): Promise<Volume> => bench.volume({ tags });
      const { volumes } = bench.storage;
      await followsRule(
        bench,
        make,
        (id) => volumes.get(id),
        (tags) => volumes.list({ tags }).toArray(),
      );
    },
  );

  suite.test(
    "58. Tags of snapshots that differ by capitals alone are one, or two, as the tag rule says",
    ["snapshots.tags"],
    async (bench) => {
      if (!takesCapitals(bench)) return bench.skip(CAPITALS);
      const { id: volumeId } = await bench.volume();
      const make = (tags: Readonly<Record<string, string>>): Promise<Snapshot> =>
        bench.snapshot(volumeId, { tags });
      const { snapshots } = bench.storage;
      await followsRule(
        bench,
        make,
        (id) => snapshots.get(id),
        (tags) => snapshots.list({ tags }).toArray(),
      );
    },
  );

  suite.test("58. A snapshot without tags is known to have none", ["snapshots.tags"], async (bench) => {
    const { id } = await bench.snapshot((await bench.volume()).id);
    const [listed] = await bench.storage.snapshots.list().toArray();
    for (const found of [await bench.storage.snapshots.get(id), listed]) {
      expect(found?.tags).toEqual({});
      expect(found?.tagsUnknown, "whether the driver says that it does not know").toBeUndefined();
    }
  });

  suite.test("58. Credentials that are shown tags can tell so", ["snapshots.tags"], async (bench) => {
    if (bench.driver.canSeeTags === undefined) return bench.skip("canSeeTags");
    expect((await bench.storage.checkHealth({ tags: true })).tagsVisible).toBe(true);
  });

  suite.test(
    "58. Tags that the credentials are not shown are not taken for none",
    ["snapshots.tags"],
    async (bench) => {
      const blind = bench.harness.withoutTags?.();
      if (blind === undefined) return bench.skip("credentials that are not shown tags");
      const { id } = await bench.snapshot((await bench.volume()).id, { tags: SOME_TAGS });
      const { tags, tagsUnknown } = await blind.getSnapshot(id, bench.context("get"));
      expect(tags, "the harness shows them none").toEqual({});
      const said = tagsUnknown === true || (await blind.canSeeTags?.(bench.context("health"))) === false;
      expect(said, "the driver says so, on the snapshot or when it is asked").toBe(true);
    },
  );
}

async function followsRule(
  { limits }: Bench,
  make: (tags: Readonly<Record<string, string>>) => Promise<{ readonly id: string }>,
  get: (id: string) => Promise<Volume | Snapshot>,
  list: (tags: Readonly<Record<string, string>>) => Promise<readonly (Volume | Snapshot)[]>,
): Promise<void> {
  const one = limits.tags?.ignoresCase === true;
  const first = await make(FIRST);
  const second = await make(SECOND);
  expect((await get(first.id)).tags).toEqual(FIRST);
  // Where they are one, it is shown in one spelling, whichever that is.
  expect((await get(second.id)).tags).toEqual(one ? FIRST : SECOND);
  const ids = (found: readonly { readonly id: string }[]): string[] => found.map(({ id }) => id).sort();
  expect(ids(await list(FIRST))).toEqual(one ? [first.id, second.id].sort() : [first.id]);
  expect(ids(await list(SECOND))).toEqual(one ? [first.id, second.id].sort() : [second.id]);
  const folded = Object.fromEntries(Object.entries(FIRST).map((each) => each.map(foldCapitals)));
  expect(ids(await list(folded))).toEqual(one ? [first.id, second.id].sort() : []);
}

const KEPT = "names that are not enforced, and tags that a mark can be kept in";

/**
 * Case 73. Where names are not enforced, two processes that create at once are told apart by a mark alone. A provider that
 * keeps tags and shows them can keep one.
 */
export function markCases(suite: Suite): void {
  suite.test("73. The mark of a create is kept with a snapshot, and read again", [], async (bench) => {
    const { snapshotNames, supports } = bench.capabilities;
    if (snapshotNames.enforced || !supports.includes("snapshots.tags")) return bench.skip(KEPT);
    const { id: volumeId } = await bench.volume();
    const [name, attemptId] = [bench.snapshotName(), crypto.randomUUID()];
    bench.remember("snapshot", name);
    const input = { volumeId, name, tags: {}, allowAttached: true, attemptId };
    const { resource } = await bench.driver.createSnapshot(input, bench.context("snapshots.create"));
    const snapshot = await bench.driver.getSnapshot(resource.id, bench.context("snapshots.get"));
    expect(bench.driver.attemptIdOf?.(snapshot), "attemptIdOf of what was created with a mark").toBe(
      attemptId,
    );
    expect(Object.values(snapshot.tags), "tags, which are the caller's own").not.toContain(attemptId);
  });
}
