/** A create of a name that another resource had just now: listings may show that one by its old name for a while. */
import { createBlockStorage, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver, DriverPage } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { createNew, openMemory } from "./open-memory.ts";

/** An account where names may repeat, whose listings show new names so many milliseconds late. */
async function world(kind: "volume" | "snapshot", lateMs: number, marks = new Map<string, string>()) {
  const { clock, driver: memory, storage: other } = openMemory({ names: "free", asynchronous: true });
  const { id: volumeId } = await other.volumes.create({ name: "source", sizeGiB: 8 });
  const oldNames = new Map<string, { readonly name: string; readonly until: number }>();
  const shown = <T extends Volume | Snapshot>({ items, ...page }: DriverPage<T>): DriverPage<T> => ({
    ...page,
    items: items.map((each) => {
      const old = oldNames.get(each.id);
      return old !== undefined && clock.now() < old.until ? { ...each, name: old.name } : each;
    }),
  });
  const driver: BlockStorageDriver = {
    ...memory,
    // By its names of now the service would not find what is still shown by an old one.
    listVolumes: async ({ name: _, ...query }, ...page) => shown(await memory.listVolumes(query, ...page)),
    listSnapshots: async ({ name: _, ...query }, ...page) =>
      shown(await memory.listSnapshots(query, ...page)),
    attemptIdOf: ({ id }) => marks.get(id),
  };
  const { volumes, snapshots } = createBlockStorage(driver, { clock });
  const create = (name: string): Promise<Volume | Snapshot> =>
    createNew({ volumes, snapshots }, kind, volumeId, name);
  return {
    ...{ clock, create, marks },
    rename: async (id: string, name: string, old: string): Promise<void> => {
      await (kind === "volume" ? other.volumes.rename(id, name) : other.snapshots.update(id, { name }));
      oldNames.set(id, { name: old, until: clock.now() + lateMs });
    },
    held: (): readonly (readonly [string, string])[] => {
      const { volumes: all, snapshots: taken } = memory.account.dump();
      return [...all, ...taken].flatMap(({ id, name }) => (name === "source" ? [] : ([[id, name]] as const)));
    },
  };
}

describe.each(["volume", "snapshot"] as const)("a %s", (kind) => {
  test.each([
    ["until a new one is sent", 1_000],
    ["until a new one is there", 30_000],
  ])("that listings show by its old name %s is not what a create of that name returns", async (_, lateMs) => {
    for (const ageMs of [0, 120_000, 3_600_000]) {
      const { clock, create, rename, held } = await world(kind, lateMs);
      const old = await create("data");
      await clock.sleep(ageMs);
      await rename(old.id, "data-old", "data");
      const made = await create("data");
      expect(made.name).toBe("data");
      expect(held(), `renamed after ${ageMs} ms`).toEqual([
        [old.id, "data-old"],
        [made.id, "data"],
      ]);
    }
  });

  test("that came late, and has a name of its own since, is no surplus", async () => {
    const { clock, create, rename, held, marks } = await world(kind, 600_000);
    const first = await create("data");
    await clock.sleep(60_000);
    const late = await create("late");
    for (const { id } of [first, late]) marks.set(id, "one-create");
    await rename(late.id, "kept", "data");
    expect(await failureOf(create("data"))).toMatchObject({ code: "conflict" });
    expect(held()).toEqual([
      [first.id, "data"],
      [late.id, "kept"],
    ]);
  });
});
