/** A change back, right after a change: a copy that lags behind shows what is wanted, as it was before both. */
import {
  type BlockStorage,
  createBlockStorage,
  PolyvolError,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

interface World {
  readonly storage: BlockStorage;
  readonly other: BlockStorage;
  readonly id: string;
  readonly snapshotId: string;
}

/** Reads of single resources show them as they were before the last change, for so many milliseconds after its end. */
async function world(lateMs: number) {
  const { clock, driver: memory, storage: other } = openMemory({ names: "free", asynchronous: true });
  const { id } = await other.volumes.create({ name: "data", sizeGiB: 8 });
  const { id: snapshotId } = await other.snapshots.create({ volumeId: id, name: "s" });
  const before: { shown: readonly (Volume | Snapshot)[]; until: number } = { shown: [], until: 0 };
  const late = async <T extends Volume | Snapshot>(read: Promise<T>): Promise<T> => {
    const now = await read;
    const old = before.shown.find((each) => each.id === now.id);
    return old !== undefined && clock.now() < before.until ? (old as T) : now;
  };
  const storage = createBlockStorage(
    {
      ...memory,
      getVolume: (...asked) => late(memory.getVolume(...asked)),
      getSnapshot: (...asked) => late(memory.getSnapshot(...asked)),
    },
    { clock },
  );
  return {
    ...{ clock, storage, other, id, snapshotId },
    /** Runs a change, after which reads lag behind. */
    lagBehind: async (change: () => Promise<unknown>): Promise<void> => {
      const shown = [await other.volumes.get(id), await other.snapshots.get(snapshotId)];
      await change();
      before.shown = shown;
      before.until = clock.now() + lateMs;
    },
  };
}

const BACK: readonly (readonly [
  string,
  (world: World) => Promise<unknown>,
  (world: World) => Promise<unknown>,
  (world: World) => Promise<unknown>,
])[] = [
  [
    "a detach after an attach",
    ({ storage, id }) => storage.volumes.attach(id, "server-1"),
    ({ storage, id }) => storage.volumes.detach(id, "server-1"),
    async ({ other, id }) => (await other.volumes.get(id)).attachments.length === 0,
  ],
  [
    "a volume that gets its name back",
    ({ storage, id }) => storage.volumes.rename(id, "data-old"),
    ({ storage, id }) => storage.volumes.rename(id, "data"),
    async ({ other, id }) => (await other.volumes.get(id)).name === "data",
  ],
  [
    "a snapshot that gets its name back",
    ({ storage, snapshotId }) => storage.snapshots.update(snapshotId, { name: "t" }),
    ({ storage, snapshotId }) => storage.snapshots.update(snapshotId, { name: "s" }),
    async ({ other, snapshotId }) => (await other.snapshots.get(snapshotId)).name === "s",
  ],
];

test.each(BACK)("%s is not called done by a read that lags behind", async (_, change, back, isBack) => {
  const given = await world(10_000);
  await given.lagBehind(() => change(given));
  await back(given);
  expect(await isBack(given)).toBe(true);
});

test.each(["sent again", "refused"])(
  "an attach that gets no answer, and is %s, is not called done by a read from before the detach",
  async (then) => {
    const { clock, driver: memory, storage: other } = openMemory({ names: "free" });
    const { id } = await other.volumes.create({ name: "data", sizeGiB: 8 });
    const attached = await other.volumes.attach(id, "server-1");
    let requests = 0;
    let shownOldUntil = 0;
    const storage = createBlockStorage(
      {
        ...memory,
        getVolume: async (...asked) =>
          clock.now() < shownOldUntil ? attached : await memory.getVolume(...asked),
        attachVolume: async (...asked) => {
          requests += 1;
          if (requests === 2 && then === "refused") {
            // It comes while its repetition is refused, and a copy that lags behind is read.
            shownOldUntil = clock.now() + 10_000;
            void clock.sleep(5_000).then(() => memory.attachVolume?.(...asked));
            throw new PolyvolError("failed_precondition", "reserved", { outcome: "not_applied" });
          }
          if (requests > 1) return (await memory.attachVolume?.(...asked)) ?? {};
          if (then !== "refused") shownOldUntil = clock.now() + 10_000;
          throw new PolyvolError("unavailable", "no answer", { outcome: "unknown", retryable: true });
        },
      },
      { clock },
    );
    await storage.volumes.detach(id, "server-1");
    await storage.volumes.attach(id, "server-1");
    expect((await other.volumes.get(id)).attachments).toMatchObject([{ serverId: "server-1" }]);
    expect(requests).toBe(2);
  },
);

test("what somebody else has changed back is believed within a minute, and nothing is sent", async () => {
  const { clock, storage, other, id } = await world(0);
  await storage.volumes.attach(id, "server-1");
  await other.volumes.detach(id, "server-1");
  const from = clock.now();
  expect((await storage.volumes.detach(id, "server-1")).attachments).toEqual([]);
  expect(clock.now() - from).toBeLessThan(61_000);
  const again = clock.now();
  await storage.volumes.detach(id, "server-1");
  expect(clock.now()).toBe(again);
});
