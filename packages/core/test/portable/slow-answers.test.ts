/** Services that take seconds to carry a create out, where names may repeat. */
import { type BlockStorage, createBlockStorage, PolyvolError, type Snapshot } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

/** An account whose creates are dated when they come, and show and are answered so many milliseconds later. */
function slowAccount(spans: number[]) {
  const { clock, driver } = openMemory({ names: "free" });
  const shownAt = new Map<string, number>();
  const slow: BlockStorageDriver = {
    ...driver,
    createSnapshot: async (input, context) => {
      const durationMs = spans.shift() ?? 0;
      const made = await driver.createSnapshot(input, context);
      shownAt.set(made.resource.id, clock.now() + durationMs);
      await clock.sleep(durationMs, context.abortSignal);
      const request = { method: "POST", target: "/snapshots", origin: "https://memory.example" } as const;
      context.emit({ type: "response", ...request, status: 202, durationMs });
      return made;
    },
    listSnapshots: async (query, page, context) => {
      // Without the total, which would tell that one is left out.
      const { items, hasMore = false } = await driver.listSnapshots(query, page, context);
      return { hasMore, items: items.filter(({ id }) => (shownAt.get(id) ?? 0) <= clock.now()) };
    },
  };
  return { clock, process: (): BlockStorage => createBlockStorage(slow, { clock }), driver };
}

test("two processes end with one snapshot, although one is answered long before the older one shows", async () => {
  for (const spans of [
    [6_000, 3_100],
    [3_100, 6_000],
    [9_000, 5_000],
  ]) {
    const { clock, process, driver } = slowAccount([...spans]);
    const plain = createBlockStorage(driver, { clock });
    const { id: volumeId } = await plain.volumes.create({ name: "source", sizeGiB: 8 });
    const create = (): Promise<Snapshot> => process().snapshots.create({ volumeId, name: "nightly" });
    const [first, second] = await Promise.all([create(), create()]);
    expect(first.id, `answered after ${spans.join(" and ")} ms`).toBe(second.id);
    expect(await plain.snapshots.list().toArray()).toHaveLength(1);
  }
});

test("a service that was slow is trusted again a minute later, and one that is quick at once", async () => {
  const { clock, process, driver } = slowAccount([10_000, 0, 0]);
  const { id: volumeId } = await createBlockStorage(driver, { clock }).volumes.create({
    name: "source",
    sizeGiB: 8,
  });
  const storage = process();
  const takes = async (name: string): Promise<number> => {
    const begun = clock.now();
    await storage.snapshots.create({ volumeId, name });
    return clock.now() - begun;
  };
  expect(await takes("slow")).toBeGreaterThanOrEqual(30_000);
  expect(await takes("while it may be slow")).toBeGreaterThanOrEqual(20_000);
  await clock.sleep(60_000);
  expect(await takes("quick again")).toBeLessThan(5_000);
});

test("an answer counts for its whole minute although a slower one came before it", async () => {
  const { clock, process, driver } = slowAccount([10_000, 8_000, 0]);
  const { id: volumeId } = await createBlockStorage(driver, { clock }).volumes.create({
    name: "source",
    sizeGiB: 8,
  });
  const storage = process();
  const create = (name: string): Promise<Snapshot> => storage.snapshots.create({ volumeId, name });
  const from = clock.now();
  await create("slowest");
  await clock.sleep(from + 61_000 - clock.now());
  // Answered 59 s after the slowest, and ends when that is more than a minute ago.
  await create("slow");
  const begun = clock.now();
  expect(begun - from).toBeGreaterThan(10_000 + 60_000);
  await create("quick");
  expect(clock.now() - begun).toBeGreaterThanOrEqual(2 * 8_000);
});

test.each([
  ["create", 1_800_000, 20_000],
  ["create with little time", 60_000, 8_000],
])(
  "a %s whose request hung for half a minute, and is carried out after that, makes no second volume",
  async (_, timeoutMs, laterMs) => {
    const hungMs = 30_000;
    const { clock, driver } = openMemory({ names: "free" });
    let sent = 0;
    const hanging: BlockStorageDriver = {
      ...driver,
      createVolume: async (input, context) => {
        sent += 1;
        if (sent > 1) return await driver.createVolume(input, context);
        const late = new AbortController().signal;
        void clock
          .sleep(hungMs + laterMs, late)
          .then(() => driver.createVolume(input, { ...context, abortSignal: late }));
        await clock.sleep(hungMs, context.abortSignal);
        const request = { method: "POST", target: "/volumes", origin: "https://memory.example" } as const;
        context.emit({ type: "response", ...request, failure: "no answer", durationMs: hungMs });
        throw new PolyvolError("timeout", "no answer", { outcome: "unknown", retryable: true });
      },
    };
    const storage = createBlockStorage(hanging, { clock });
    const volume = await storage.volumes.create({ name: "data", sizeGiB: 8 }, { timeoutMs });
    expect(sent).toBe(1);
    expect((await storage.volumes.list().toArray()).map(({ id }) => id)).toEqual([volume.id]);
  },
);
