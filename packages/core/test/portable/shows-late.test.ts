/** What was made just now may show late, or not in every copy that reads come from. */
import { type BlockStorage, createBlockStorage, type Operation, PolyvolError } from "@polyvol/core";
import type { VirtualClock } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

interface World {
  readonly clock: VirtualClock;
  readonly storage: BlockStorage;
  readonly volumeId: string;
  /** How many creates of volumes were sent. */
  sent(): number;
  /** Reads of single resources find nothing while `isHidden` says so; it is told which read it is, from 1. */
  hide(isHidden: (read: number) => boolean): void;
  /** The same, and listings show nothing any more. */
  lose(isHidden: (read: number) => boolean): void;
}

/** `answers`: whether the first create gets its answer. */
async function world(answers: "all" | "lost" = "all"): Promise<World> {
  const { clock, driver, storage: other } = openMemory({ names: "free", asynchronous: true });
  const { id: volumeId } = await other.volumes.create({ name: "source", sizeGiB: 8 });
  let reads = 0;
  let sent = 0;
  let isHidden: (read: number) => boolean = () => false;
  let isLost = false;
  const unlessLost = async <T extends { readonly items: readonly unknown[] }>(
    page: Promise<T>,
  ): Promise<T> => (isLost ? { ...(await page), items: [], total: 0 } : await page);
  const unlessHidden = async <T>(read: Promise<T>): Promise<T> => {
    reads += 1;
    if (!isHidden(reads)) return await read;
    await read.catch(() => undefined);
    throw new PolyvolError("not_found", "there is none");
  };
  const storage = createBlockStorage(
    {
      ...driver,
      createVolume: async (...given) => {
        sent += 1;
        const answer = await driver.createVolume(...given);
        if (answers === "lost" && sent === 1)
          throw new PolyvolError("unavailable", "lost", { outcome: "unknown", retryable: true });
        return answer;
      },
      getVolume: (id, context) => unlessHidden(driver.getVolume(id, context)),
      getSnapshot: (id, context) => unlessHidden(driver.getSnapshot(id, context)),
      listVolumes: (...page) => unlessLost(driver.listVolumes(...page)),
      listSnapshots: (...page) => unlessLost(driver.listSnapshots(...page)),
    },
    { clock, random: () => 0.5 },
  );
  const hide = (next: (read: number) => boolean): void => {
    reads = 0;
    isHidden = next;
  };
  const lose: typeof hide = (next) => {
    isLost = true;
    hide(next);
  };
  return { clock, storage, volumeId, hide, lose, sent: () => sent };
}

const KINDS: readonly (readonly [string, (world: World) => Promise<Operation<{ readonly id: string }>>])[] = [
  ["a volume", ({ storage }) => storage.volumes.beginCreate({ name: "new", sizeGiB: 8 })],
  ["a snapshot", ({ storage, volumeId }) => storage.snapshots.beginCreate({ volumeId, name: "new" })],
];

describe.each(KINDS)("%s that was made just now", (_, begin) => {
  test("and does not show yet is running by its status, and waited for", async () => {
    const made = await world();
    const operation = await begin(made);
    const from = made.clock.now();
    made.hide(() => made.clock.now() - from < 30_000);
    expect(await operation.status()).toEqual({ state: "running", seen: "not there yet" });
    expect(await operation.wait()).toMatchObject({ id: operation.ref.resourceId });
    expect(await operation.status()).toMatchObject({ state: "succeeded" });
  });

  test("and never shows has failed after a minute", async () => {
    const made = await world();
    const operation = await begin(made);
    made.lose(() => true);
    await made.clock.sleep(61_000);
    expect(await operation.status()).toMatchObject({ state: "failed" });
  });

  test.each(["a status", "a wait", "a resume"])(
    "and was shown by %s is running by the word of a copy that does not know it, and has failed a minute later",
    async (by) => {
      const made = await world();
      const begun = await begin(made);
      const operation = by === "a resume" ? await made.storage.resume(begun.ref) : begun;
      await made.clock.sleep(50_000);
      if (by !== "a resume") await (by === "a wait" ? operation.wait() : operation.status());
      made.lose(() => true);
      await made.clock.sleep(by === "a resume" ? 5_000 : 30_000);
      expect(await operation.status()).toEqual({ state: "running", seen: "not there yet" });
      await made.clock.sleep(31_000);
      expect(await operation.status()).toMatchObject({ state: "failed" });
    },
  );

  test("is waited for although a look or two miss it after it was seen", async () => {
    const made = await world();
    const operation = await begin(made);
    made.hide((read) => read === 2 || read === 3);
    expect(await operation.wait()).toMatchObject({ id: operation.ref.resourceId });
  });

  test("and has gone for good is told once the minute is over in which copies may lag behind", async () => {
    const made = await world();
    const operation = await begin(made);
    made.lose((read) => read >= 2);
    const from = made.clock.now();
    await expect(operation.wait()).rejects.toMatchObject({ code: "operation_failed" });
    expect(made.clock.now() - from).toBeLessThan(70_000);
  });

  test("and shows in listings alone is not told as gone", async () => {
    const made = await world();
    const operation = await begin(made);
    made.hide((read) => read >= 2);
    await expect(operation.wait()).rejects.toMatchObject({
      ...{ code: "unavailable", outcome: "unknown", retryable: true },
      reason: "a listing shows it, and reads of it by its id do not find it",
    });
    expect(await operation.status()).toEqual({ state: "running", seen: "not there yet" });
  });

  test("and does not show yet is resumed in another process once it does", async () => {
    const made = await world();
    const { ref } = await begin(made);
    const from = made.clock.now();
    made.hide(() => made.clock.now() - from < 20_000);
    expect(await (await made.storage.resume(ref)).wait()).toMatchObject({ id: ref.resourceId });
  });

  test("and never shows is not resumed, after a minute at most; an old one at once", async () => {
    const made = await world();
    const { ref } = await begin(made);
    made.lose(() => true);
    const from = made.clock.now();
    await expect(made.storage.resume(ref, { timeoutMs: 300_000 })).rejects.toMatchObject({
      code: "not_found",
    });
    const tookMs = made.clock.now() - from;
    expect(tookMs).toBeLessThan(61_000);
    await expect(made.storage.resume(ref)).rejects.toMatchObject({ code: "not_found" });
    expect(made.clock.now() - from).toBe(tookMs);
  });

  test("is waited for by a resume on a machine whose clock is behind, too: for a minute at most", async () => {
    const made = await world();
    const { ref } = await begin(made);
    const { answeredAt = expect.unreachable("every ref has it") } = ref;
    const ahead = { ...ref, answeredAt: answeredAt + 3_600_000 };
    const from = made.clock.now();
    made.hide(() => made.clock.now() - from < 20_000);
    expect(await (await made.storage.resume(ahead)).wait()).toMatchObject({ id: ref.resourceId });
    made.lose(() => true);
    const lostAt = made.clock.now();
    const resumed = made.storage.resume(ahead, { timeoutMs: 300_000 });
    await expect(resumed).rejects.toMatchObject({ code: "not_found" });
    expect(made.clock.now() - lostAt).toBeLessThan(61_000);
  });

  test("and shows in listings alone is not told as gone by a resume either", async () => {
    const made = await world();
    const { ref } = await begin(made);
    await made.clock.sleep(60_000);
    made.hide(() => true);
    await expect(made.storage.resume(ref)).rejects.toMatchObject({
      ...{ code: "unavailable", retryable: true },
      reason: "a listing shows it, and reads of it by its id do not find it",
    });
  });

  test("and does not show to the read before its deletion is deleted all the same", async () => {
    const made = await world();
    const { ref } = await begin(made);
    await made.clock.sleep(60_000);
    made.hide((read) => read === 1);
    const [resources] = ref.operation.split(".") as ["volumes" | "snapshots"];
    await made.storage[resources].delete(ref.resourceId);
    expect((await made.storage[resources].list().toArray()).map(({ id }) => id)).not.toContain(
      ref.resourceId,
    );
  });
});

test.each([2, 4])(
  "what %s looks miss while its making is waited for is deleted all the same",
  async (last) => {
    const made = await world();
    const { resource } = await made.storage.volumes.beginCreate({ name: "new", sizeGiB: 8 });
    made.hide((read) => read >= 2 && read <= last);
    await made.storage.volumes.delete(resource.id);
    expect((await made.storage.volumes.list().toArray()).map(({ name }) => name)).toEqual(["source"]);
  },
);

describe("beside what a listing shows and reads do not find nothing is made", () => {
  const namesOf = async ({ storage }: World): Promise<readonly string[]> =>
    (await storage.volumes.list().toArray()).map(({ name }) => name);

  test("as long as they disagree: then it is taken over", async () => {
    const made = await world();
    made.hide((read) => read <= 3);
    expect(await made.storage.volumes.create({ name: "source", sizeGiB: 8 })).toMatchObject({
      id: made.volumeId,
    });
    expect(await namesOf(made)).toEqual(["source"]);
    expect(made.sent()).toBe(0);
  });

  test("and a minute later that is told", async () => {
    const made = await world();
    made.hide(() => true);
    await expect(made.storage.volumes.create({ name: "source", sizeGiB: 8 })).rejects.toMatchObject({
      ...{ code: "unavailable", retryable: true, resource: { kind: "volume", id: made.volumeId } },
      reason: "a listing shows it, and reads of it by its id do not find it",
    });
    expect(await namesOf(made)).toEqual(["source"]);
  });

  test("also after an answer that was lost", async () => {
    const made = await world("lost");
    made.hide((read) => read <= 6);
    await made.storage.volumes.create({ name: "new", sizeGiB: 8 });
    expect(await namesOf(made)).toEqual(["source", "new"]);
    expect(made.sent()).toBe(1);
  });
});

test("a deletion is not done by the word of a copy that does not know what a read has shown", async () => {
  const { clock, driver } = openMemory({ asynchronous: true });
  let asked = 0;
  const storage = createBlockStorage(
    {
      ...driver,
      deleteVolume: async (id, context) => {
        asked += 1;
        if (asked < 3) throw new PolyvolError("not_found", "there is none");
        return await driver.deleteVolume(id, context);
      },
    },
    { clock },
  );
  const { id } = await storage.volumes.create({ name: "data", sizeGiB: 8 });
  await storage.volumes.delete(id);
  expect(asked).toBe(3);
  expect(await storage.volumes.list().toArray()).toEqual([]);
});
