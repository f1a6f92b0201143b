/** What a revert makes sure of before it is sent, and when it is called done: nothing of the volume tells. */
import { createBlockStorage, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect, test } from "vitest";
import { failureOf } from "../../../../scripts/test/failure-of.ts";
import { openMemory } from "./open-memory.ts";

async function world(listDelayMs = 0) {
  const { clock, account, storage } = openMemory({ listDelayMs });
  const { id } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
  await clock.sleep(listDelayMs);
  return { account, storage, id };
}

test("to a snapshot that was taken just now, and that no listing shows yet", async () => {
  const { account, storage, id } = await world(30_000);
  const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
  expect(await storage.volumes.revert(id, snapshot.id)).toMatchObject({ id, state: "available" });
  expect(account.calls.of("revertVolume")).toBe(1);
});

test("to a snapshot of another volume is refused, whatever shows it", async () => {
  const { account, storage, id } = await world();
  const other = await storage.volumes.create({ name: "other", sizeGiB: 8 });
  const snapshot = await storage.snapshots.create({ volumeId: other.id, name: "s" });
  expect(await failureOf(storage.volumes.revert(id, snapshot.id))).toMatchObject({
    ...{ code: "not_found", outcome: "not_applied" },
    resource: { kind: "snapshot", id: snapshot.id },
  });
  expect(account.calls.of("revertVolume")).toBe(0);
});

test("that cannot be made sure of is not sent, and its outcome is known", async () => {
  const { account, storage, id } = await world();
  const snapshot = await storage.snapshots.create({ volumeId: id, name: "s" });
  const error = new PolyvolError("unavailable", "503", { retryable: true });
  account.inject({ on: "listSnapshots", effect: "fail", when: "before", error, count: 99 });
  expect(await failureOf(storage.volumes.revert(id, snapshot.id))).toMatchObject({
    ...{ code: "unavailable", outcome: "not_applied" },
  });
  expect(account.calls.of("revertVolume")).toBe(0);
});

/** Where a revert takes its time, behind a driver that is changed in parts. */
async function slowWorld(drive: (memory: BlockStorageDriver) => Partial<BlockStorageDriver>) {
  const opened = openMemory({ names: "free", asynchronous: true });
  const { clock, account, driver } = opened;
  const { volumes, snapshots } = opened.storage;
  const { id } = await volumes.create({ name: "db", sizeGiB: 8 });
  const snapshot = await snapshots.create({ volumeId: id, name: "s" });
  const polling = { initialDelayMs: 500, maxDelayMs: 500 };
  const storage = createBlockStorage({ ...driver, ...drive(driver) }, { clock, polling });
  return {
    clock,
    account,
    storage,
    id,
    snapshotId: snapshot.id,
    stateNow: async () => (await volumes.get(id)).state,
  };
}

test.each([
  ["", false],
  [", though one in between has shown it under way", true],
])("is not done by a read of before it%s", async (_, showsOnce) => {
  const lateMs = 1_500;
  let showsAt = 0;
  let looks = 0;
  const { storage, id, snapshotId, stateNow, clock } = await slowWorld((memory) => {
    const { getVolume, revertVolume } = memory;
    return {
      revertVolume: async (...asked) => {
        showsAt = clock.now() + lateMs;
        return await (revertVolume as NonNullable<typeof revertVolume>)(...asked);
      },
      getVolume: async (...asked) => {
        const volume = await getVolume(...asked);
        if (clock.now() < showsAt) looks += 1;
        const isOfBefore = clock.now() < showsAt && !(showsOnce && looks === 1);
        return isOfBefore ? { ...volume, state: "available" } : volume;
      },
    };
  });
  await storage.volumes.revert(id, snapshotId);
  expect(await stateNow()).toBe("available");
});

test("is not done because a look at it was refused while it is under way", async () => {
  const error = new PolyvolError("permission_denied", "a moment of the service");
  const { account, storage, id, snapshotId, stateNow } = await slowWorld((memory) => ({
    revertVolume: async (...asked) => {
      const accepted = await memory.revertVolume?.(...asked);
      account.inject({ on: "getVolume", effect: "fail", when: "before", error, count: 1 });
      return accepted ?? {};
    },
  }));
  expect(await failureOf(storage.volumes.revert(id, snapshotId))).toMatchObject({
    ...{ code: "permission_denied", outcome: "unknown" },
  });
  expect(await stateNow()).toBe("reverting");
});
