/** Creates of one name that were given up, one after the other, where names may repeat: the last one leaves one. */
import { type BlockStorage, createBlockStorage, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver, VirtualClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { createNew, openMemory } from "./open-memory.ts";

const KINDS = ["volume", "snapshot"] as const;

interface World {
  readonly clock: VirtualClock;
  readonly storage: BlockStorage;
  /** Sends a create and gives it up so many milliseconds later; what it sent is carried out `lateMs` after that was sent. */
  giveUp(afterMs: number, lateMs?: number): Promise<void>;
  create(): Promise<Volume | Snapshot>;
  ids(): Promise<readonly string[]>;
  /** How many creates were sent. */
  sent(): number;
}

/** `keepsMarks`: whether the service keeps the mark that a create carries. */
async function world(kind: (typeof KINDS)[number], keepsMarks = true): Promise<World> {
  const { clock, account, driver: memory } = openMemory({ names: "free", asynchronous: true });
  let sent = 0;
  const marked = <T extends { readonly tags: object; readonly attemptId?: string }>(input: T): T => {
    sent += 1;
    return { ...input, tags: { ...input.tags, mark: input.attemptId } };
  };
  const driver: BlockStorageDriver = {
    ...memory,
    createVolume: (input, context) => memory.createVolume(marked(input), context),
    createSnapshot: (input, context) => memory.createSnapshot(marked(input), context),
    ...(keepsMarks ? { attemptIdOf: ({ tags }: Volume | Snapshot) => tags["mark"] } : {}),
  };
  const storage = createBlockStorage(driver, { clock, random: () => 0.5 });
  const { id: volumeId } = await storage.volumes.create({ name: "source", sizeGiB: 8 });
  sent = 0;
  const create = (abortSignal?: AbortSignal): Promise<Volume | Snapshot> =>
    createNew(storage, kind, volumeId, "new", { abortSignal });
  return {
    ...{ clock, storage, sent: () => sent },
    create: () => create(),
    giveUp: async (afterMs, lateMs) => {
      if (lateMs !== undefined) {
        account.inject({ effect: "commit_late", ms: lateMs, on: ["createVolume", "createSnapshot"] });
      }
      const ending = new AbortController();
      const given = create(ending.signal);
      const wish = new Error("given up");
      const ended = expect(given).rejects.toBe(wish);
      await clock.sleep(afterMs);
      ending.abort(wish);
      await ended;
      account.clearFaults();
    },
    ids: async () => {
      await clock.sleep(60_000);
      const all: readonly { readonly id: string }[] =
        kind === "volume"
          ? await storage.volumes.list({ name: "new" }).toArray()
          : await storage.snapshots.list({ volumeId }).toArray();
      return all.map(({ id }) => id);
    },
  };
}

describe.each(KINDS)("a %s", (kind) => {
  test("that was given up before it showed is waited for, and no other is sent", async () => {
    const { giveUp, create, ids, sent } = await world(kind, false);
    await giveUp(100, 1_500);
    await giveUp(100);
    const { id } = await create();
    expect(await ids()).toEqual([id]);
    expect(sent()).toBe(1);
  });

  test("is one where several that were given up were carried out later than such things show", async () => {
    const { giveUp, create, ids, sent } = await world(kind);
    await giveUp(100, 3_000);
    await giveUp(2_200, 2_500);
    const { id } = await create();
    expect(await ids()).toEqual([id]);
    expect(sent()).toBe(2);
  });

  test("is one where several show already that were given up while they were made", async () => {
    const { giveUp, create, ids, clock } = await world(kind);
    await giveUp(100, 6_000);
    await giveUp(2_200, 6_000);
    await giveUp(2_200, 6_000);
    await clock.sleep(20_000);
    const { id } = await create();
    expect(await ids()).toEqual([id]);
  });

  test("is given as it is, and nothing more is waited for, once a create has had its result", async () => {
    const { giveUp, create, clock } = await world(kind);
    await giveUp(100, 1_500);
    const { id } = await create();
    await clock.sleep(60_000);
    const from = clock.now();
    expect((await create()).id).toBe(id);
    expect(clock.now()).toBe(from);
  });
});
