import { createBlockStorage } from "@polyvol/core";
import { createMemoryAccount } from "@polyvol/memory";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

const REASON = "it is held by law";
const SNAPSHOTS = ["monday", "tuesday"];

/** A volume with two snapshots, whose driver says of what has the name `held` that its provider deletes it for nobody. */
async function world(outlives: boolean, held: string) {
  const supports = createMemoryAccount({}).capabilities.supports.filter(
    (each) => each !== "snapshots.outliveVolume" || outlives,
  );
  const { clock, driver, storage: other } = openMemory({ capabilities: { supports } });
  const whyUndeletable = ({ name }: { readonly name: string }): string | undefined =>
    name === held ? REASON : undefined;
  const storage = createBlockStorage({ ...driver, deletion: "eventual", whyUndeletable }, { clock });
  const { id } = await other.volumes.create({ name: "db", sizeGiB: 8 });
  for (const name of SNAPSHOTS) await other.snapshots.create({ volumeId: id, name });
  const left = async (): Promise<readonly string[]> =>
    (await other.snapshots.list({ volumeId: id }).toArray()).map(({ name }) => name);
  return { storage, id, left };
}

test.each([
  ["db", /^it is held by law; nothing is deleted$/],
  ["tuesday", /^its snapshot "tuesday" \(.*\): it is held by law; nothing is deleted$/],
])("no snapshot goes for a volume that cannot go because of %s", async (held, words) => {
  const { storage, id, left } = await world(false, held);
  const error = await failureOf(storage.volumes.delete(id, { snapshots: "delete" }));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied", retryable: false });
  expect(error.reason).toMatch(words);
  expect(await left()).toEqual(SNAPSHOTS);
});

test("what no volume waits for is asked of the provider", async () => {
  const outliving = await world(true, "tuesday");
  await outliving.storage.volumes.delete(outliving.id, { snapshots: "delete" });
  expect(await outliving.left()).toEqual([]);
  const alone = await world(false, "monday");
  for await (const each of alone.storage.snapshots.list()) await alone.storage.snapshots.delete(each.id);
  expect(await alone.left()).toEqual([]);
});
