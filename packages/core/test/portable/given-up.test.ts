import {
  type BlockStorage,
  createBlockStorage,
  PolyvolError,
  type Snapshot,
  type Volume,
} from "@polyvol/core";
import { type BlockStorageDriver, createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import { createMemoryAccount, createMemoryDriver, type MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, test } from "vitest";

type Shown = Pick<Volume, "state"> & { readonly providerState?: string; readonly sizeGiB?: number };

interface World {
  readonly clock: VirtualClock;
  readonly storage: BlockStorage;
  readonly volumeId: string;
  readonly snapshotId: string;
  /** From now on every read of a volume or snapshot shows what `shown` says, where it says anything. */
  show(shown: () => Partial<Shown> | undefined): void;
}

async function world(
  change: (driver: BlockStorageDriver, clock: VirtualClock) => Partial<BlockStorageDriver> = () => ({}),
  options: MemoryAccountOptions = {},
): Promise<World> {
  const clock = createVirtualClock();
  clock.runFreely();
  const account = createMemoryAccount({ names: "free", asynchronous: true, ...options, clock });
  const driver = createMemoryDriver({ account });
  let shown: () => Partial<Shown> | undefined = () => undefined;
  const other = createBlockStorage(driver, { clock });
  const { id: volumeId } = await other.volumes.create({ name: "db", sizeGiB: 8 });
  const { id: snapshotId } = await other.snapshots.create({ volumeId, name: "s" });
  const changed: BlockStorageDriver = {
    ...driver,
    getVolume: async (id, context) => ({ ...(await driver.getVolume(id, context)), ...(shown() as object) }),
    getSnapshot: async (id, context) => ({
      ...(await driver.getSnapshot(id, context)),
      ...(shown() as Partial<Snapshot>),
    }),
    ...change(driver, clock),
  };
  return {
    ...{ clock, volumeId, snapshotId, storage: createBlockStorage(changed, { clock, random: () => 0.5 }) },
    show: (next) => {
      shown = next;
    },
  };
}

async function secondsOf(clock: VirtualClock, work: Promise<unknown>, code: string): Promise<number> {
  const from = clock.now();
  await expect(work).rejects.toMatchObject({ code, outcome: "unknown", retryable: false });
  return (clock.now() - from) / 1_000;
}

const KINDS = [
  ["a volume", ({ storage, volumeId }: World) => storage.volumes.delete(volumeId, { snapshots: "delete" })],
  ["a snapshot", ({ storage, snapshotId }: World) => storage.snapshots.delete(snapshotId)],
] as const;

describe.each(KINDS)("the deletion of %s", (what, remove) => {
  const open = (sent: () => void = () => undefined): Promise<World> =>
    world(({ deleteSnapshot }) => ({
      deleteVolume: async () => {
        sent();
        return {};
      },
      // Of a volume the snapshots go, so that it is the volume that stays.
      deleteSnapshot: async (id, context) => {
        if (what === "a volume") return await deleteSnapshot(id, context);
        sent();
        return {};
      },
    }));

  test.each(["available", "error"] as const)("given up by the provider: at rest again, %s", async (state) => {
    let sentAt: number | undefined;
    const given: World = await open(() => {
      sentAt = given.clock.now();
    });
    given.show(() => {
      const sinceMs = sentAt === undefined ? undefined : given.clock.now() - sentAt;
      const isDeleting = sinceMs !== undefined && sinceMs < 20_000;
      return isDeleting ? { state: "deleting", providerState: "deleting" } : { state, providerState: state };
    });
    const removed = remove(given);
    const seconds = await secondsOf(given.clock, removed, "operation_failed");
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThan(60);
    await expect(removed).rejects.toThrow(
      state === "error" ? /reports the state error/ : /gave the deletion up: it is available/,
    );
  });

  test.each([
    ["restoring", "restoring", 60],
    ["unknown", "retyping", 120],
  ] as const)("given up, and %s since (by the word %s)", async (state, providerState, most) => {
    let sentAt: number | undefined;
    const given: World = await open(() => {
      sentAt = given.clock.now();
    });
    given.show(() => {
      if (sentAt === undefined) return {};
      const isDeleting = given.clock.now() - sentAt < 20_000;
      // A volume knows no state of that name.
      const now = what === "a volume" && state === "restoring" ? "reverting" : state;
      return isDeleting
        ? { state: "deleting", providerState: "deleting" }
        : ({ state: now, providerState } as Shown);
    });
    const removed = remove(given);
    expect(await secondsOf(given.clock, removed, "operation_failed")).toBeLessThan(most);
    await expect(removed).rejects.toThrow(`gave the deletion up: it is ${providerState}`);
  });

  test("never begun: not waited for until the deadline", async () => {
    const given = await open();
    const removed = remove(given);
    const seconds = await secondsOf(given.clock, removed, "operation_failed");
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(120);
    await expect(removed).rejects.toThrow(/nothing has come of it: it is available/);
  });

  test("whose reads come from a copy that lags behind, now and then, is waited for", async () => {
    let sentAt = Number.POSITIVE_INFINITY;
    const given: World = await world((driver, clock) => {
      const late = (send: typeof driver.deleteVolume): typeof driver.deleteVolume => {
        return async (id, context) => {
          sentAt = clock.now();
          void clock.sleep(300_000).then(() => send(id, context));
          return {};
        };
      };
      return what === "a volume"
        ? { deleteVolume: late(driver.deleteVolume) }
        : { deleteSnapshot: late(driver.deleteSnapshot) };
    });
    let reads = 0;
    given.show(() => {
      if (given.clock.now() < sentAt || given.clock.now() > sentAt + 300_000) return undefined;
      reads += 1;
      return reads % 3 === 0 ? undefined : { state: "deleting" };
    });
    await remove(given);
    expect(given.clock.now() - sentAt).toBeGreaterThanOrEqual(300_000);
    expect(reads).toBeGreaterThan(10);
  });
});

describe("a change that comes to nothing", () => {
  const accepted = (): Partial<BlockStorageDriver> => ({
    attachVolume: async () => ({}),
    detachVolume: async () => ({}),
    resizeVolume: async () => ({}),
    renameVolume: async () => ({ settled: true }),
    updateSnapshot: async () => ({ settled: true }),
  });

  test.each([
    ["attach", ({ storage, volumeId }: World) => storage.volumes.attach(volumeId, "server-1")],
    ["resize", ({ storage, volumeId }: World) => storage.volumes.resize(volumeId, 16)],
    ["rename", ({ storage, volumeId }: World) => storage.volumes.rename(volumeId, "other")],
    ["update", ({ storage, snapshotId }: World) => storage.snapshots.update(snapshotId, { name: "t" })],
  ] as const)("before anybody looked: %s", async (_, change) => {
    const given = await world(accepted);
    const seconds = await secondsOf(given.clock, change(given), "operation_failed");
    expect(seconds).toBeGreaterThanOrEqual(60);
    expect(seconds).toBeLessThan(120);
  });

  test("although its record calls it done", async () => {
    const given = await world(() => ({
      attachVolume: async () => ({ pending: { kind: "job", token: "1" } }),
      checkPending: async () => ({ state: "succeeded" }),
    }));
    const attached = given.storage.volumes.attach(given.volumeId, "server-1");
    const seconds = await secondsOf(given.clock, attached, "operation_failed");
    expect(seconds).toBeGreaterThanOrEqual(10);
    expect(seconds).toBeLessThan(40);
    await expect(attached).rejects.toThrow(/ended it without effect/);
  });

  test.each([
    ["accepted", { asynchronous: false }, undefined, "unknown"],
    ["accepted, and followed by a record", { mode: "record" }, undefined, "unknown"],
    [
      "refused for the size that another client gave it",
      { asynchronous: false },
      "failed_precondition",
      "not_applied",
    ],
    ["without an answer, and looked for", {}, "unavailable", "unknown"],
  ] as const)(
    "a growth that was overtaken by a larger one says so at once: %s",
    async (...[, options, code, outcome]) => {
      const given = await world(
        (driver) => ({
          resizeVolume: async (id, _sizeGiB, context) => {
            const changed = await driver.resizeVolume?.(id, 32, context);
            if (code === undefined) return changed ?? {};
            throw new PolyvolError(code, "no", { outcome, retryable: code === "unavailable" });
          },
        }),
        options,
      );
      const from = given.clock.now();
      await expect(given.storage.volumes.resize(given.volumeId, 16)).rejects.toMatchObject({
        ...{ code: "out_of_range", outcome, retryable: false },
        reason: expect.stringMatching(
          /^it has 32 GiB, and 16 GiB were asked for: another resize has overtaken this one/,
        ),
      });
      expect(given.clock.now() - from).toBeLessThan(15_000);
    },
  );

  test("a growth that was done before somebody deletes the volume tells of no two sizes that are one", async () => {
    const given = await world(() => ({ resizeVolume: async () => ({}) }));
    void given.clock.sleep(2_000).then(() => given.show(() => ({ state: "deleting", sizeGiB: 16 })));
    await expect(given.storage.volumes.resize(given.volumeId, 16)).rejects.toMatchObject({
      ...{ code: "operation_failed", reason: "it is being deleted" },
    });
  });

  test("a record that lags before its resource shows it is no failure", async () => {
    const given = await world((driver, clock) => ({
      attachVolume: async (id, server, context) => {
        void clock.sleep(8_000).then(() => driver.attachVolume?.(id, server, context));
        return { pending: { kind: "job", token: "1" } };
      },
      checkPending: async () => ({ state: "succeeded" }),
    }));
    expect(await given.storage.volumes.attach(given.volumeId, "server-1")).toMatchObject({ state: "in_use" });
  });

  test("what begins late, or has no record for a while, is waited for", async () => {
    const late = await world((driver, clock) => ({
      resizeVolume: async (id, sizeGiB, context) => {
        void clock.sleep(45_000).then(() => driver.resizeVolume?.(id, sizeGiB, context));
        return {};
      },
    }));
    expect(await late.storage.volumes.resize(late.volumeId, 16)).toMatchObject({ sizeGiB: 16 });
    const absent = await world((driver, clock) => {
      let from: number | undefined;
      return {
        resizeVolume: async (id, sizeGiB, context) => {
          from = clock.now();
          await driver.resizeVolume?.(id, sizeGiB, context);
          return { pending: { kind: "job", token: "1" } };
        },
        checkPending: async () =>
          clock.now() - (from ?? 0) < 30_000 ? { state: "absent" } : { state: "succeeded" },
      };
    });
    expect(await absent.storage.volumes.resize(absent.volumeId, 16)).toMatchObject({ sizeGiB: 16 });
  });

  test("a record that cannot be read keeps nobody waiting for what the resource shows", async () => {
    const given = await world(({ resizeVolume }) => ({
      resizeVolume: async (...asked) => {
        await resizeVolume?.(...asked);
        return { pending: { kind: "job", token: "1" } };
      },
      checkPending: async () => {
        throw new PolyvolError("unavailable", "no answer", { retryable: true });
      },
    }));
    const from = given.clock.now();
    expect(await given.storage.volumes.resize(given.volumeId, 16)).toMatchObject({ sizeGiB: 16 });
    expect(given.clock.now() - from).toBeLessThan(120_000);
  });

  test("a record that never shows is a failure after a minute", async () => {
    const given = await world(() => ({
      attachVolume: async () => ({ pending: { kind: "job", token: "1" } }),
      checkPending: async () => ({ state: "absent" }),
    }));
    const attached = given.storage.volumes.attach(given.volumeId, "server-1");
    expect(await secondsOf(given.clock, attached, "operation_failed")).toBeLessThan(90);
    await expect(attached).rejects.toThrow(/no record of the change/);
  });
});

describe("a change that ends in an error state is not done, although the volume looks as wanted", () => {
  const CHANGES = [
    ["revert", ({ storage, volumeId, snapshotId }: World) => storage.volumes.revert(volumeId, snapshotId)],
    ["resize", ({ storage, volumeId }: World) => storage.volumes.resize(volumeId, 16)],
    ["attach", ({ storage, volumeId }: World) => storage.volumes.attach(volumeId, "server-1")],
  ] as const;

  test.each(CHANGES)("%s", async (_, change) => {
    let isSent = false;
    const sending = <Given extends readonly unknown[], T>(send: ((...given: Given) => T) | undefined) =>
      send === undefined
        ? undefined
        : (...given: Given): T => {
            isSent = true;
            return send(...given);
          };
    const given = await world((driver) => ({
      revertVolume: sending(driver.revertVolume?.bind(driver)) ?? (() => Promise.reject()),
      resizeVolume: sending(driver.resizeVolume?.bind(driver)) ?? (() => Promise.reject()),
      attachVolume: sending(driver.attachVolume?.bind(driver)) ?? (() => Promise.reject()),
    }));
    const attachments = [{ serverId: "server-1" }];
    const looks = { sizeGiB: 16, attachments, state: "error", providerState: "error" } as const;
    given.show(() => (isSent ? looks : {}));
    await expect(change(given)).rejects.toMatchObject({ code: "operation_failed", outcome: "unknown" });
  });
});
