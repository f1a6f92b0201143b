/** What another process is making just now, found by a look: it may be the one of several that is given up. */
import { type BlockStorage, createBlockStorage } from "@polyvol/core";
import type { BlockStorageDriver, DriverPage } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { CONTEXT, createNew, openMemory } from "./open-memory.ts";

/** Two of one name that others make: `first` wins by its time, and is visible only `showsAfterMs` later. */
async function world(
  kind: "volume" | "snapshot",
  showsAfterMs: number,
  options: Pick<MemoryAccountOptions, "polling" | "asynchronous"> = {},
) {
  const given = openMemory({ names: "free", asynchronous: true, ...options });
  const { clock, account, driver: memory } = given;
  const { id: volumeId } = await given.storage.volumes.create({ name: "source", sizeGiB: 8 });
  const send = async (): Promise<string> => {
    const { resource } =
      kind === "volume"
        ? await memory.createVolume({ name: "new", sizeGiB: 8, tags: {}, attemptId: "x" }, CONTEXT)
        : await memory.createSnapshot(
            { name: "new", volumeId, tags: {}, allowAttached: true, attemptId: "x" },
            CONTEXT,
          );
    return resource.id;
  };
  const first = await send();
  const shownAt = clock.now() + showsAfterMs;
  await clock.sleep(10);
  const second = await send();
  const isShown = ({ id }: { readonly id: string }): boolean => id !== first || clock.now() >= shownAt;
  // Of one page, and without the count that would tell of what is not shown.
  const shown = <T extends { readonly id: string }>({ items }: DriverPage<T>): DriverPage<T> => ({
    items: items.filter(isShown),
    hasMore: false,
  });
  const driver: BlockStorageDriver = {
    ...memory,
    listVolumes: async (...page) => shown(await memory.listVolumes(...page)),
    listSnapshots: async (...page) => shown(await memory.listSnapshots(...page)),
  };
  const storage: BlockStorage = createBlockStorage(driver, { clock });
  return {
    ...{ clock, account, first, second, storage },
    create: (): Promise<{ readonly id: string }> => createNew(storage, kind, volumeId),
    giveUp: (id: string) =>
      kind === "volume" ? given.storage.volumes.delete(id) : given.storage.snapshots.delete(id),
  };
}

describe.each(["volume", "snapshot"] as const)("a %s", (kind) => {
  test.each([
    ["before it is made", 1_000],
    ["while it is settled", 2_000],
    ["seconds later", 5_000],
  ])("that its maker gives up %s is not what a create returns", async (_, ms) => {
    const { clock, create, giveUp, first, second } = await world(kind, 500);
    const given = clock.sleep(ms).then(() => giveUp(second));
    expect((await create()).id).toBe(first);
    await given;
  });

  test.each([
    ["is being made", 2_000, 70_000],
    ["was made in more than a minute", 62_000, 85_000],
  ])(
    "of several, that %s slowly, is not a conflict before its makers can have given it up",
    async (_, atMs, givenUpAtMs) => {
      const { clock, create, giveUp, first, second } = await world(kind, 0, {
        polling: { initialDelayMs: 3_000, maxDelayMs: 15_000 },
        asynchronous: { createVolumeMs: 45_000, createSnapshotMs: 45_000 },
      });
      const given = clock.sleep(givenUpAtMs).then(() => giveUp(second));
      await clock.sleep(atMs);
      expect((await create()).id).toBe(first);
      await given;
    },
  );

  test("beside one that nobody gives up is a conflict that names both, and nothing is removed", async () => {
    const { create, first, second, account } = await world(kind, 500);
    const error = await failureOf(create());
    expect(error).toMatchObject({ code: "conflict" });
    expect(error.reason).toContain(first);
    expect(error.reason).toContain(second);
    expect(account.calls.of(kind === "volume" ? "deleteVolume" : "deleteSnapshot")).toBe(0);
  });

  test("that is a minute old is returned without another look", async () => {
    const { clock, create, giveUp, first, second, account } = await world(kind, 0);
    await giveUp(second);
    await clock.sleep(60_000);
    const from = clock.now();
    account.calls.reset();
    expect((await create()).id).toBe(first);
    expect(clock.now()).toBe(from);
    expect(account.calls.total).toBe(2);
  });
});
