/** What counts as the resource of a create that has failed, and what does not. */
import { type Operation, type OperationRef, PolyvolError, type Snapshot, type Volume } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { creating, KINDS, world } from "./failing-creates.ts";

describe.each(KINDS)("a %s that fails between the listing that shows it and the look at it", (kind) => {
  /** Listings that still show what has failed as being made. */
  const behind = <T extends Volume | Snapshot>(page: { readonly items: readonly T[] }) => ({
    ...page,
    items: page.items.map((each) =>
      each.state === "error" ? { ...each, state: "creating" as const, providerState: "creating" } : each,
    ),
  });

  test.each(["lost its answer", "was made by a process that is gone"])("and %s", async (before) => {
    const here = world();
    const { create, begin, states, method } = await creating(kind, here);
    const lost = new PolyvolError("unavailable", "connection lost", { retryable: true, outcome: "unknown" });
    let behindFor = 1;
    const storage = here.storage({
      listVolumes: async (...given) => {
        const page = await here.driver.listVolumes(...given);
        return page.items.some(({ state }) => state === "error") && behindFor-- > 0 ? behind(page) : page;
      },
      listSnapshots: async (...given) => {
        const page = await here.driver.listSnapshots(...given);
        return page.items.some(({ state }) => state === "error") && behindFor-- > 0 ? behind(page) : page;
      },
    });
    here.account.inject({ on: method, effect: "break" });
    if (before === "lost its answer") {
      const driver = here.driver[method].bind(here.driver) as (...given: unknown[]) => Promise<unknown>;
      let sent = 0;
      Object.assign(storage.driver, {
        [method]: async (...given: unknown[]) => {
          sent += 1;
          const answer = await driver(...given);
          if (sent > 1) return answer;
          await here.clock.sleep(30_000);
          throw lost;
        },
      });
    } else {
      await begin(here.storage());
      await here.clock.sleep(60_000);
    }
    const result = await create(storage).catch((error: unknown) => error);
    expect(behindFor).toBeLessThan(1);
    if (kind === "snapshot") {
      // By its mark it is Polyvol's own: it is removed, and another made in its place.
      expect(result).not.toBeInstanceOf(Error);
      expect(await states()).toEqual(["available"]);
      return;
    }
    expect(result).toMatchObject({ code: "conflict", retryable: false });
    expect((result as PolyvolError).reason).toMatch(/^1 failed volume has this name: \S+ \(error\); look/);
    expect(await states()).toEqual(["error"]);
  });
});

describe.each(KINDS)("a %s that was made and used", (kind) => {
  test.each(["the same operation", "one that is resumed"])(
    "is not taken for a failed create by %s",
    async (by) => {
      const here = world();
      const { states } = await creating(kind, here);
      let broken: object = {};
      const storage = here.storage({
        getVolume: async (id, context) => ({ ...(await here.driver.getVolume(id, context)), ...broken }),
        getSnapshot: async (id, context) => ({ ...(await here.driver.getSnapshot(id, context)), ...broken }),
      });
      const { volumes, snapshots } = storage;
      const [{ id: volumeId = "" } = {}] = await volumes.list().toArray();
      const operation: Operation<Volume | Snapshot> =
        kind === "volume"
          ? await volumes.beginCreate({ name: "new", sizeGiB: 8 })
          : await snapshots.beginCreate({ volumeId, name: "new" });
      await operation.wait();
      broken = { state: "error", providerState: "error" };
      const stored = JSON.parse(JSON.stringify(operation.ref)) as OperationRef<"volumes.create">;
      const again = by === "the same operation" ? operation : await storage.resume(stored);
      expect(await failureOf(again.wait())).toMatchObject({ code: "operation_failed" });
      expect(await states()).toHaveLength(1);
    },
  );
});

test("a volume that has been used does not give way to an older one that was given its name since", async () => {
  const here = world();
  const storage = here.storage();
  const older = await storage.volumes.create({ name: "older", sizeGiB: 8 });
  await here.clock.sleep(7_200_000);
  const { ref } = await storage.volumes.beginCreate({ name: "new", sizeGiB: 8 });
  await (await storage.resume(ref)).wait();
  await storage.volumes.rename(older.id, "new");
  const error = await failureOf((await storage.resume(ref)).wait());
  expect(error).toMatchObject({ code: "conflict" });
  expect(error.reason).toContain("2 volumes have this name");
  expect((await storage.volumes.list().toArray()).map(({ id }) => id).sort()).toEqual(
    [older.id, ref.resourceId].sort(),
  );
});

test("a failed snapshot without a mark is a stranger's: named, not deleted, and not looked past", async () => {
  const here = world();
  const { create, states, method } = await creating("snapshot", here);
  const unmarked = here.storage({ attemptIdOf: () => undefined });
  here.account.inject({ on: method, effect: "break" });
  await unmarked.snapshots.beginCreate({
    volumeId: (await unmarked.volumes.find({ name: "source" }))?.id ?? "",
    name: "new",
  });
  await here.clock.sleep(60_000);
  expect(await failureOf(create(unmarked))).toMatchObject({ code: "conflict" });
  expect(await states()).toEqual(["error"]);
});

test("a resource that failed later, with a word of its own for it, is not taken for a failed create", async () => {
  const here = world();
  const { create, states, method } = await creating("volume", here);
  here.account.inject({ on: method, effect: "break" });
  const getVolume: BlockStorageDriver["getVolume"] = async (id, context) => {
    const volume = await here.driver.getVolume(id, context);
    return volume.state === "error" ? { ...volume, providerState: "error_extending" } : volume;
  };
  const error = await failureOf(create(here.storage({ getVolume })));
  expect(error.code).toBe("operation_failed");
  expect(error.reason).toContain("stays: it is in the state error_extending");
  expect(await states()).toEqual(["error"]);
});

test.each(KINDS)(
  "a failed %s of the name that is good when it is read is the one that is asked for",
  async (kind) => {
    const here = world();
    const { create, states } = await creating(kind, here);
    await create(here.storage());
    // The listing lags behind.
    const asFailed = <T extends object>(page: { readonly items: readonly T[] }) => ({
      ...page,
      items: page.items.map((each) => ({ ...each, state: "error" as const, providerState: "error" })),
    });
    const storage = here.storage({
      listVolumes: async (...given) => asFailed(await here.driver.listVolumes(...given)),
      listSnapshots: async (...given) => asFailed(await here.driver.listSnapshots(...given)),
    });
    await create(storage);
    expect(await states()).toEqual(["available"]);
  },
);

test("a failed snapshot that is held stays, and is named", async () => {
  const here = world();
  const { create, begin, states, method } = await creating("snapshot", here);
  here.account.inject({ on: method, effect: "break" });
  await begin(here.storage());
  await here.clock.sleep(60_000);
  const getSnapshot: BlockStorageDriver["getSnapshot"] = async (id, context) => ({
    ...(await here.driver.getSnapshot(id, context)),
    tags: { "Polyvol-Hold": "" },
  });
  const error = await failureOf(create(here.storage({ getSnapshot })));
  expect(error).toMatchObject({ code: "conflict" });
  expect(error.reason).toContain("could not be removed: it is held");
  expect(await states()).toEqual(["error"]);
});
