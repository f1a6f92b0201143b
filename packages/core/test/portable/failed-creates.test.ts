import {
  type BlockStorage,
  type BlockStorageOptions,
  type CallOptions,
  createBlockStorage,
  isPolyvolError,
  type Operation,
  type OperationRef,
  PolyvolError,
  type PolyvolEvent,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { type BlockStorageDriver, type CallContext, createVirtualClock } from "@polyvol/core/driver";
import {
  createMemoryAccount,
  createMemoryDriver,
  type MemoryAccount,
  type MemoryFaultEffect,
} from "@polyvol/memory";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";

const FOR_EVER = Number.POSITIVE_INFINITY;

interface World {
  readonly account: MemoryAccount;
  readonly clock: ReturnType<typeof createVirtualClock>;
  readonly events: readonly PolyvolEvent[];
  /** Another process. */
  storage(change?: Partial<BlockStorageDriver>, options?: BlockStorageOptions): BlockStorage;
  readonly driver: BlockStorageDriver;
}

/** An account where names may repeat, and changes end later. */
function world(): World {
  const clock = createVirtualClock();
  clock.runFreely();
  const account = createMemoryAccount({ clock, names: "free", asynchronous: true });
  const driver = createMemoryDriver({ account });
  const events: PolyvolEvent[] = [];
  const onEvent = (event: PolyvolEvent): void => void events.push(event);
  return {
    ...{ account, clock, events, driver },
    storage: (change, options) =>
      createBlockStorage({ ...driver, ...change }, { clock, onEvent, ...options }),
  };
}

const KINDS = ["volume", "snapshot"] as const;

/** One kind of create, of one name, and how many resources there are of it. */
async function creating(kind: (typeof KINDS)[number], { account, storage, driver, clock }: World) {
  const { id: volumeId } = await storage().volumes.create({ name: "source", sizeGiB: 8 });
  const plain = createBlockStorage(driver, { clock });
  return {
    method: kind === "volume" ? ("createVolume" as const) : ("createSnapshot" as const),
    remove: kind === "volume" ? ("deleteVolume" as const) : ("deleteSnapshot" as const),
    create: (from: BlockStorage, call?: CallOptions): Promise<unknown> =>
      kind === "volume"
        ? from.volumes.create({ name: "new", sizeGiB: 8 }, call)
        : from.snapshots.create({ volumeId, name: "new" }, call),
    begin: (from: BlockStorage): Promise<unknown> =>
      kind === "volume"
        ? from.volumes.beginCreate({ name: "new", sizeGiB: 8 })
        : from.snapshots.beginCreate({ volumeId, name: "new" }),
    states: async (): Promise<readonly string[]> => {
      const all = kind === "volume" ? plain.volumes.list() : plain.snapshots.list();
      const states: string[] = [];
      for await (const each of all) if (each.name === "new") states.push(each.state);
      return states;
    },
    account,
  };
}

describe.each(KINDS)("a %s whose creation the provider accepts and does not carry out", (kind) => {
  test("goes again with the error, however often it is tried, and the next good create is the only one", async () => {
    const here = world();
    const { create, states, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break", count: 5 });
    for (let round = 1; round <= 5; round += 1) {
      const error = await failureOf(create(here.storage()));
      expect(error).toMatchObject({ code: "operation_failed", resource: { kind, name: "new" } });
      expect(error.reason).toContain("the state error; what failed has been removed");
      expect(await states()).toEqual([]);
    }
    expect(here.events).toContainEqual(
      expect.objectContaining({ type: "recover", result: "failed_removed" }),
    );
    await create(here.storage());
    expect(await states()).toEqual(["available"]);
  });

  test("is named by the error when it cannot be removed, and the next create makes no other beside it", async () => {
    const here = world();
    const { create, states, method, remove } = await creating(kind, here);
    const refusal = new PolyvolError("permission_denied", "no right to delete", { outcome: "not_applied" });
    const storage = here.storage({ [remove]: () => Promise.reject(refusal) });
    here.account.inject({ on: method, effect: "break", count: FOR_EVER });
    const error = await failureOf(create(storage));
    expect(error).toMatchObject({ code: "operation_failed", resource: { kind, name: "new" } });
    expect(error.reason).toContain(`${kind} ${error.resource?.id} stays: no right to delete`);
    const again = await failureOf(create(storage));
    expect(again).toMatchObject({ code: "conflict", retryable: false });
    expect(again.reason).toContain(`${error.resource?.id} (error)`);
    expect(await states()).toEqual(["error"]);
  });

  test("is told within a minute though its removal does not end", async () => {
    const here = world();
    const { create, states, method, remove } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    const begun = here.clock.now();
    const error = await failureOf(create(here.storage({ [remove]: () => new Promise(() => undefined) })));
    expect(error).toMatchObject({ code: "operation_failed", resource: { kind, name: "new" } });
    expect(error.reason).toMatch(
      new RegExp(`the state error; ${kind} ${error.resource?.id} stays: not finished within 60 s`),
    );
    expect(here.clock.now() - begun).toBeLessThan(120_000);
    expect(await states()).toEqual(["error"]);
  });

  test.each<[string, () => Promise<string | undefined>, RegExp]>([
    ["is given", async () => "no backend has room", /the state error: no backend has room; what failed/],
    ["is not known", async () => undefined, /the state error; what failed/],
    ["is refused", () => Promise.reject(new PolyvolError("permission_denied", "no")), /error; what failed/],
    ["is never told", () => new Promise(() => undefined), /the state error; what failed/],
  ])("is told, with why, where the reason %s", async (_, whyFailed, told) => {
    const here = world();
    const { create, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    const begun = here.clock.now();
    const error = await failureOf(create(here.storage({ whyFailed })));
    expect(error.code).toBe("operation_failed");
    expect(error.reason).toMatch(told);
    expect(here.clock.now() - begun).toBeLessThan(120_000);
  });

  test("is told at a deadline that comes while the reason is asked for, and not after a wish to stop", async () => {
    for (const ends of ["deadline", "wish"]) {
      const here = world();
      const { create, method } = await creating(kind, here);
      here.account.inject({ on: method, effect: "break" });
      const wish = new AbortController();
      const reason = new Error("stop");
      const whyFailed = (): Promise<never> => {
        if (ends === "wish") wish.abort(reason);
        return new Promise(() => undefined);
      };
      const storage = here.storage({ whyFailed }, { waitTimeoutMs: 20_000 });
      const call = { abortSignal: wish.signal };
      const result = await create(storage, call).catch((error: unknown) => error);
      if (ends === "wish") expect(result).toBe(reason);
      else expect(result).toMatchObject({ code: "operation_failed" });
    }
  });

  test("left by a process that was killed: a mark makes it Polyvol's own, without one it is named", async () => {
    const here = world();
    const { create, begin, states, method } = await creating(kind, here);
    here.account.inject({ on: method, effect: "break" });
    await begin(here.storage());
    await here.clock.sleep(60_000);
    expect(await states()).toEqual(["error"]);
    if (kind === "snapshot") {
      await create(here.storage());
      expect(await states()).toEqual(["available"]);
      return;
    }
    const error = await failureOf(create(here.storage()));
    expect(error).toMatchObject({ code: "conflict", outcome: "not_applied" });
    expect(error.reason).toMatch(
      /^1 failed volume has this name: \S+ \(error\); look whether it holds anything; mend/,
    );
    expect(await states()).toEqual(["error"]);
  });

  test("after a lost answer: nothing is sent again beside what failed and may be its effect", async () => {
    const here = world();
    const { create, states, method } = await creating(kind, here);
    const lost = new PolyvolError("unavailable", "connection lost", { retryable: true, outcome: "unknown" });
    const original = here.driver[method].bind(here.driver) as (
      ...given: readonly unknown[]
    ) => Promise<unknown>;
    let sent = 0;
    const storage = here.storage({
      [method]: async (...given: readonly unknown[]) => {
        sent += 1;
        if (sent > 1) return await original(...given);
        here.account.inject({ on: method, effect: "break" });
        await original(...given);
        // So late that the failure shows already.
        await here.clock.sleep(30_000);
        throw lost;
      },
    });
    const result = await create(storage).catch((error: unknown) => error);
    if (kind === "snapshot") {
      expect(await states()).toEqual(["available"]);
      expect(sent).toBe(2);
      return;
    }
    expect(result).toMatchObject({ code: "conflict" });
    expect(sent).toBe(1);
    expect(await states()).toEqual(["error"]);
  });
});

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

test("a create while another process removes what it failed to make goes ahead", async () => {
  const here = world();
  const { create, states, method } = await creating("volume", here);
  here.account.inject({ on: method, effect: "break" });
  let second: Promise<unknown> | undefined;
  const deleteVolume: BlockStorageDriver["deleteVolume"] = async (id, context) => {
    // The failed one is still to be seen when the other process looks.
    second = create(here.storage());
    await here.clock.sleep(1_000);
    return await here.driver.deleteVolume(id, context);
  };
  const first = await failureOf(create(here.storage({ deleteVolume })));
  expect(first.reason).toContain("what failed has been removed");
  await second;
  expect(await states()).toEqual(["available"]);
});

test("another process that waits for the same resource ends too, and deletes nothing", async () => {
  const here = world();
  const { create, states, method } = await creating("volume", here);
  here.account.inject({ on: method, effect: "break" });
  const first = failureOf(create(here.storage()));
  await here.clock.sleep(1_000);
  const second = await failureOf(create(here.storage()));
  expect((await first).code).toBe("operation_failed");
  // It sees that it failed, or, where its maker was quicker, that it has gone.
  expect(["operation_failed", "conflict"]).toContain(second.code);
  expect(await states()).toEqual([]);
  expect(here.account.calls.of("deleteVolume")).toBe(1);
});

test("whatever fails, one try after the other: never two of the name, and nothing usable is deleted", async () => {
  const effects: readonly MemoryFaultEffect[] = [
    { effect: "break" },
    { effect: "fail", when: "after" },
    { effect: "fail", when: "before" },
    { effect: "commit_late", ms: 700 },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...KINDS),
      fc.array(fc.constantFrom(...effects), { maxLength: 6 }),
      async (kind, faults) => {
        const here = world();
        const { create, states, method, remove } = await creating(kind, here);
        const usable: string[] = [];
        const watched = {
          [remove]: async (id: string, context: CallContext) => {
            const read = kind === "volume" ? here.driver.getVolume : here.driver.getSnapshot;
            const { state } = await read(id, context);
            if (state === "available") usable.push(id);
            return await here.driver[remove](id, context);
          },
        };
        for (const fault of faults) here.account.inject({ on: method, ...fault });
        for (let round = 0; round < 8; round += 1) {
          await create(here.storage(watched)).catch((error: unknown) => {
            if (!isPolyvolError(error)) throw error;
          });
          expect((await states()).length).toBeLessThanOrEqual(1);
        }
        expect(usable).toEqual([]);
      },
    ),
    { numRuns: inject("isFull") ? 100 : 40 },
  );
});
