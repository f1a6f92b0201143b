import { type BlockStorage, createBlockStorage, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { createMemoryAccount, type MemoryAccount } from "@polyvol/memory";
import fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

const SNAPSHOTS = ["monday", "tuesday", "wednesday"];

interface World {
  readonly account: MemoryAccount;
  readonly storage: BlockStorage;
  readonly other: BlockStorage;
  readonly volumeId: string;
  names(): Promise<readonly string[]>;
}

/** A volume with three snapshots, before a driver that `change` has changed. */
async function world(
  outlives: boolean,
  immediate: boolean,
  change: (driver: BlockStorageDriver, other: BlockStorage) => Partial<BlockStorageDriver> = () => ({}),
): Promise<World> {
  const supports = createMemoryAccount({}).capabilities.supports.filter(
    (each) => each !== "snapshots.outliveVolume" || outlives,
  );
  const { clock, account, driver, storage: other } = openMemory({ capabilities: { supports } });
  const deletion = immediate ? "immediate" : "eventual";
  const storage = createBlockStorage({ ...driver, deletion, ...change(driver, other) }, { clock });
  const { id: volumeId } = await other.volumes.create({ name: "db", sizeGiB: 8 });
  for (const name of SNAPSHOTS) {
    await other.snapshots.create({ volumeId, name });
    await clock.sleep(1_000);
  }
  const names = async (): Promise<readonly string[]> =>
    (await other.snapshots.list({ volumeId }).toArray()).map(({ name }) => name);
  return { account, storage, other, volumeId, names };
}

const KINDS = [
  ["snapshots outlive the volume", true, false],
  ["snapshots outlive the volume, deletes are complete when answered", true, true],
  ["snapshots cannot outlive the volume", false, false],
] as const;

describe.each(KINDS)("a volume is deleted with its snapshots: %s", (_, outlives, immediate) => {
  test("all go, and the same call again is success", async () => {
    const { storage, other, volumeId, names } = await world(outlives, immediate);
    await storage.volumes.delete(volumeId, { snapshots: "delete" });
    await storage.volumes.delete(volumeId, { snapshots: "delete" });
    expect(await names()).toEqual([]);
    expect(await other.volumes.list().toArray()).toEqual([]);
  });

  test.each(["in_use", "attachments"] as const)("in use (%s): nothing goes", async (by) => {
    const { storage, other, account, volumeId, names } = await world(outlives, immediate, (driver) => ({
      // What the service counts as in use it refuses, whatever its record shows.
      deleteVolume: async (id, context) => {
        await driver.getVolume(id, context);
        throw new PolyvolError("conflict", "in use", { outcome: "not_applied", retryable: true });
      },
    }));
    if (by === "attachments") await other.volumes.attach(volumeId, "server-1");
    else {
      const rewrite = (resource: Readonly<Record<string, unknown>>): typeof resource => ({
        ...resource,
        state: "in_use",
        providerState: "in_use",
      });
      account.inject({ on: "getVolume", count: Number.POSITIVE_INFINITY, effect: "rewrite", rewrite });
    }
    const error = await failureOf(storage.volumes.delete(volumeId, { snapshots: "delete" }));
    expect(error).toMatchObject({ code: "failed_precondition", resource: { kind: "volume", id: volumeId } });
    expect(error.outcome).toBe("not_applied");
    expect(error.reason).toContain(by === "attachments" ? "attached to server-1" : "in the state in_use");
    expect(await names()).toEqual(SNAPSHOTS);
    // Told by the record: not waited for.
    expect(account.calls.of("deleteVolume")).toBeLessThanOrEqual(1);
  });

  test("a listing of snapshots that fails deletes nothing", async () => {
    const { storage, other, account, volumeId, names } = await world(outlives, immediate);
    const error = new PolyvolError("permission_denied", "no right to list", { outcome: "not_applied" });
    account.inject({ on: "listSnapshots", effect: "fail", when: "before", error });
    const failure = await failureOf(storage.volumes.delete(volumeId, { snapshots: "delete" }));
    expect(failure).toMatchObject({ code: "permission_denied", resource: { kind: "volume", id: volumeId } });
    expect(await names()).toEqual(SNAPSHOTS);
    expect((await other.volumes.get(volumeId)).state).toBe("available");
  });

  test("an outage after the first snapshot has gone is waited out, whichever read meets it", async () => {
    for (const struck of ["getVolume", "getSnapshot", "listSnapshots"] as const) {
      let failures = 0;
      const { storage, other, volumeId, names } = await world(outlives, immediate, (driver) => ({
        deleteSnapshot: async (id, context) => {
          const changed = await driver.deleteSnapshot(id, context);
          failures = 6;
          return changed;
        },
        [struck]: async (...given: [never, never, never]) => {
          failures -= 1;
          if (failures >= 0) throw new PolyvolError("unavailable", "away for a while", { retryable: true });
          return await driver[struck](...given);
        },
      }));
      await storage.volumes.delete(volumeId, { snapshots: "delete" });
      expect(await names()).toEqual([]);
      expect(await other.volumes.list().toArray()).toEqual([]);
    }
  });

  test("a snapshot that cannot be deleted: the error is the volume's and names both; the same call goes on", async () => {
    let refusals = 1;
    const { storage, other, volumeId, names } = await world(outlives, immediate, (driver) => ({
      deleteSnapshot: async (id, context) => {
        const isRefused = (await driver.getSnapshot(id, context)).name === "tuesday" && refusals-- > 0;
        if (isRefused)
          throw new PolyvolError("permission_denied", "not this one", { outcome: "not_applied" });
        return await driver.deleteSnapshot(id, context);
      },
    }));
    const [, tuesday] = await other.snapshots.list({ volumeId }).toArray();
    const error = await failureOf(storage.volumes.delete(volumeId, { snapshots: "delete" }));
    expect(error).toMatchObject({ code: "permission_denied", outcome: "unknown" });
    expect(error.resource).toMatchObject({ kind: "volume", id: volumeId });
    expect(error.message).toContain(`snapshot "tuesday" (${tuesday?.id}), the first of 2 that are left`);
    expect(await names()).toEqual(["tuesday", "wednesday"]);
    await storage.volumes.delete(volumeId, { snapshots: "delete" });
    expect(await names()).toEqual([]);
    expect(await other.volumes.list().toArray()).toEqual([]);
  });
});

test("whatever fails: a volume that stays keeps its snapshots where it goes first, and the same call ends it", async () => {
  const codes = [
    "permission_denied",
    "unavailable",
    "conflict",
    "failed_precondition",
    "resource_exhausted",
  ] as const;
  const methods = ["getVolume", "listSnapshots", "deleteVolume", "deleteSnapshot", "getSnapshot"] as const;
  const fault = fc.record({
    on: fc.constantFrom(...methods),
    code: fc.constantFrom(...codes),
    skip: fc.nat({ max: 2 }),
    count: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
    isUnclear: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...KINDS), fc.array(fault, { maxLength: 3 }), async (kind, faults) => {
      const [, outlives, immediate] = kind;
      const { storage, other, account, volumeId, names } = await world(outlives, immediate);
      for (const { on, code, skip, count, isUnclear } of faults) {
        const outcome = isUnclear ? "unknown" : "not_applied";
        const error = new PolyvolError(code, "injected", { outcome, retryable: code === "conflict" });
        account.inject({ on, skip, count, effect: "fail", when: "before", error });
      }
      const failure: unknown = await storage.volumes.delete(volumeId, { snapshots: "delete" }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      account.clearFaults();
      if (failure === undefined) expect(await names()).toEqual([]);
      else expect(failure).toMatchObject({ resource: { kind: "volume", id: volumeId } });
      const stays = (await other.volumes.list().toArray()).length === 1;
      if (stays && outlives) expect(await names()).toEqual(SNAPSHOTS);
      await storage.volumes.delete(volumeId, { snapshots: "delete" });
      expect([await names(), await other.volumes.list().toArray()]).toEqual([[], []]);
    }),
    { numRuns: inject("isFull") ? 150 : 25 },
  );
});

test("attached by somebody else between two snapshots: no further one goes", async () => {
  const { storage, other, volumeId, names } = await world(false, false, (driver, somebody) => ({
    deleteSnapshot: async (id, context) => {
      const changed = await driver.deleteSnapshot(id, context);
      await somebody.volumes.attach(volumeId, "server-2");
      return changed;
    },
  }));
  const error = await failureOf(storage.volumes.delete(volumeId, { snapshots: "delete" }));
  expect(error).toMatchObject({ code: "failed_precondition", resource: { kind: "volume", name: "db" } });
  expect(error.reason).toContain("attached to server-2");
  expect(await names()).toEqual(["tuesday", "wednesday"]);
  expect((await other.volumes.get(volumeId)).state).toBe("in_use");
});

test("missing from a read between two snapshots: no further one goes, since it may be in use by then", async () => {
  let reads = 0;
  const { storage, volumeId, names } = await world(false, false, (driver) => ({
    getVolume: async (id, context) => {
      reads += 1;
      if (reads === 3) throw new PolyvolError("not_found", "there is none");
      return await driver.getVolume(id, context);
    },
  }));
  const error = await failureOf(storage.volumes.delete(volumeId, { snapshots: "delete" }));
  expect(error).toMatchObject({
    code: "conflict",
    retryable: true,
    resource: { kind: "volume", id: volumeId },
  });
  expect(await names()).toEqual(["tuesday", "wednesday"]);
  await storage.volumes.delete(volumeId, { snapshots: "delete" });
  expect(await names()).toEqual([]);
});

test("deleted with its snapshots by somebody else meanwhile: success", async () => {
  const { storage, volumeId, names } = await world(false, false, (driver, somebody) => ({
    deleteSnapshot: async (id, context) => {
      await somebody.volumes.delete(volumeId, { snapshots: "delete" });
      return await driver.deleteSnapshot(id, context);
    },
  }));
  await storage.volumes.delete(volumeId, { snapshots: "delete" });
  expect(await names()).toEqual([]);
});

test("the oldest snapshot goes first, whatever the order of listings", async () => {
  const { storage, account, volumeId, names } = await world(false, false, (driver) => ({
    listSnapshots: async (query, page, context) => {
      const answer = await driver.listSnapshots(query, page, context);
      return { ...answer, items: answer.items.toReversed() };
    },
  }));
  account.inject({
    ...{ on: "deleteSnapshot", skip: 1, effect: "fail", when: "before" },
    error: new PolyvolError("permission_denied", "no", { outcome: "not_applied" }),
  });
  await failureOf(storage.volumes.delete(volumeId, { snapshots: "delete" }));
  expect(await names()).toEqual(["tuesday", "wednesday"]);
});

test("a snapshot that is made while the volume goes was not asked for, and stays", async () => {
  const { storage, volumeId, names } = await world(true, true, (driver, somebody) => ({
    deleteVolume: async (id, context) => {
      await somebody.snapshots.create({ volumeId, name: "late" });
      return await driver.deleteVolume(id, context);
    },
  }));
  await storage.volumes.delete(volumeId, { snapshots: "delete" });
  expect(await names()).toEqual(["late"]);
});

test("refused as busy while nobody has it: waited out, and not for ever", async () => {
  let refusals = 5;
  const busy = new PolyvolError("conflict", "in use", { outcome: "not_applied", retryable: true });
  const { storage, account, volumeId } = await world(true, true, (driver) => ({
    deleteVolume: async (id, context) => {
      if (refusals-- > 0) throw busy;
      return await driver.deleteVolume(id, context);
    },
  }));
  await storage.volumes.delete(volumeId);
  expect(account.calls.of("deleteVolume")).toBe(1);
  const stuck = await world(true, true, () => ({ deleteVolume: () => Promise.reject(busy) }));
  expect(await failureOf(stuck.storage.volumes.delete(stuck.volumeId))).toMatchObject({
    ...{ code: "conflict", retryable: true, outcome: "not_applied", attempts: 40 },
    resource: { kind: "volume", id: stuck.volumeId },
  });
});

test("a look that failed does not say that the volume is gone", async () => {
  const { storage, account, volumeId } = await world(true, true, () => ({
    deleteVolume: () =>
      Promise.reject(new PolyvolError("permission_denied", "no", { outcome: "not_applied" })),
  }));
  const error = new PolyvolError("permission_denied", "no right to read", { outcome: "not_applied" });
  account.inject({ on: "getVolume", effect: "fail", when: "before", error });
  expect(await failureOf(storage.volumes.delete(volumeId))).toMatchObject({ code: "permission_denied" });
});

test("what needs a volume at rest judges by its state, too", async () => {
  const { storage, account, volumeId, names } = await world(true, true);
  const rewrite = (resource: Readonly<Record<string, unknown>>): typeof resource => ({
    ...resource,
    state: "in_use",
    providerState: "in_use",
  });
  account.inject({ on: "getVolume", count: Number.POSITIVE_INFINITY, effect: "rewrite", rewrite });
  const [latest] = (await storage.snapshots.list({ volumeId }).toArray()).toReversed();
  const revert = () => storage.volumes.revert(volumeId, latest?.id ?? "");
  const create = () => storage.snapshots.create({ volumeId, name: "at-rest", allowAttached: false });
  for (const work of [revert, create]) {
    const error = await failureOf(work());
    expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied" });
    expect(error.reason).toContain("in the state in_use");
  }
  expect(account.calls.of("revertVolume")).toBe(0);
  expect(await names()).toEqual(SNAPSHOTS);
});
