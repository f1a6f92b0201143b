/** A create beside a deletion of its name by another client: what was found may be going, or what held the name may be gone. */
import { type BlockStorage, createBlockStorage, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { createNew, openMemory } from "./open-memory.ts";

async function world(
  kind: "volume" | "snapshot",
  options: MemoryAccountOptions,
  change: (memory: BlockStorageDriver) => Partial<BlockStorageDriver> = () => ({}),
) {
  const { clock, account, driver: memory } = openMemory(options);
  const common = { clock, random: () => 0.5 };
  const other = createBlockStorage(memory, common);
  const { id: volumeId } = await other.volumes.create({ name: "source", sizeGiB: 8 });
  const create = (storage: BlockStorage) => createNew(storage, kind, volumeId);
  return {
    ...{ clock, account, other, create },
    // It looks late enough to find what has been made by then, and is on its way out.
    storage: createBlockStorage(
      { ...memory, ...change(memory) },
      { ...common, polling: { initialDelayMs: 5_000, maxDelayMs: 5_000 } },
    ),
    give: (id: string) => (kind === "volume" ? other.volumes.delete(id) : other.snapshots.delete(id)),
    named: () =>
      [...account.dump().volumes, ...account.dump().snapshots]
        .filter(({ name }) => name === "new")
        .map(({ id }) => id),
  };
}

const FREE = { names: "free", asynchronous: true } as const;

describe.each(["volume", "snapshot"] as const)("a %s of the name", (kind) => {
  test("that is deleted while its making is waited for ends the create with a conflict: made again it is made", async () => {
    const { clock, storage, other, create, give, named } = await world(kind, FREE);
    const theirs = create(other).then(({ id }) => give(id));
    await clock.sleep(4_000);
    expect(await failureOf(create(storage))).toMatchObject({
      ...{ code: "conflict", retryable: true, outcome: "not_applied" },
      reason: "it was there already, and another client has deleted it since",
    });
    await theirs;
    const { id } = await create(storage);
    expect(named()).toEqual([id]);
  });

  test("that a look finds and a read shows on its way out does not hold a name that may repeat", async () => {
    const stale = <T extends { readonly state: string }>(item: T): T => ({ ...item, state: "available" });
    const { clock, storage, other, create, give, named } = await world(kind, FREE, (memory) => ({
      listVolumes: async (...page) => {
        const { items, ...rest } = await memory.listVolumes(...page);
        return { ...rest, items: items.map(stale) };
      },
      listSnapshots: async (...page) => {
        const { items, ...rest } = await memory.listSnapshots(...page);
        return { ...rest, items: items.map(stale) };
      },
    }));
    const old = await create(other);
    await clock.sleep(120_000);
    const going = give(old.id);
    await clock.sleep(1_000);
    const { id } = await create(storage);
    await going;
    expect(id).not.toBe(old.id);
    expect(named()).toEqual([id]);
  });

  test("that is on its way out is not what the name means once there is another", async () => {
    const { clock, storage, other, create, give } = await world(kind, FREE);
    const find = async (): Promise<string | undefined> => {
      const query = { name: "new", volumeId: sourceId };
      const found = kind === "volume" ? storage.volumes.find({ name: "new" }) : storage.snapshots.find(query);
      return (await found)?.id;
    };
    const { id: sourceId = "" } = (await other.volumes.find({ name: "source" })) ?? {};
    const old = await create(other);
    const going = give(old.id);
    await clock.sleep(1_000);
    expect(await find()).toBe(old.id);
    const begun = create(storage);
    await clock.sleep(1_000);
    const found = await find();
    await going;
    expect(found).toBe((await begun).id);
  });

  test("that is refused as taken, and held by nothing when it is looked for, is asked for once more", async () => {
    const { account, storage, create, named } = await world(kind, { names: "enforced" });
    const taken = (): PolyvolError =>
      new PolyvolError("already_exists", "taken", { outcome: "not_applied", mayAlreadyExist: true });
    const on = kind === "volume" ? "createVolume" : "createSnapshot";
    account.inject({ on, effect: "fail", when: "before", error: taken() });
    const { id } = await create(storage);
    expect(named()).toEqual([id]);
  });
});
