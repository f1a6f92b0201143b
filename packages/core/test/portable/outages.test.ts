import { type BlockStorage, createBlockStorage, isPolyvolError, PolyvolError } from "@polyvol/core";
import type { BlockStorageDriver, VirtualClock } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, inject, test } from "vitest";
import { openMemory } from "./open-memory.ts";

const WORK_MS = 60_000;

interface World {
  readonly clock: VirtualClock;
  readonly storage: BlockStorage;
  readonly volumeId: string;
  readonly snapshotId: string;
  /** What every read fails with, and between which times from now on. */
  failReads(error: PolyvolError, fromMs: number, toMs: number): void;
}

const READS = ["getVolume", "getSnapshot", "listVolumes", "listSnapshots", "checkPending"] as const;

async function world(options: MemoryAccountOptions): Promise<World> {
  const { clock, driver } = openMemory({
    names: "free",
    asynchronous: {
      ...{ createVolumeMs: WORK_MS, createSnapshotMs: WORK_MS, resizeVolumeMs: WORK_MS },
      ...{ attachVolumeMs: WORK_MS, deleteVolumeMs: WORK_MS, deleteSnapshotMs: WORK_MS },
    },
    ...options,
  });
  let failure: { error: PolyvolError; from: number; to: number } | undefined;
  const reads = Object.fromEntries(
    READS.flatMap((name) => {
      const read = driver[name] as undefined | ((...given: unknown[]) => Promise<unknown>);
      if (read === undefined) return [];
      return [
        [
          name,
          async (...given: unknown[]) => {
            const now = clock.now();
            if (failure !== undefined && now >= failure.from && now < failure.to) throw failure.error;
            return await read(...given);
          },
        ],
      ];
    }),
  );
  const storage = createBlockStorage({ ...driver, ...reads }, { clock, random: () => 0.5 });
  const { id: volumeId } = await storage.volumes.create({ name: "db", sizeGiB: 8 });
  const { id: snapshotId } = await storage.snapshots.create({ volumeId, name: "s" });
  return {
    ...{ clock, storage, volumeId, snapshotId },
    failReads: (error, fromMs, toMs) => {
      failure = { error, from: clock.now() + fromMs, to: clock.now() + toMs };
    },
  };
}

const CALLS: Readonly<Record<string, (at: World, timeoutMs?: number) => Promise<unknown>>> = {
  "volumes.create": ({ storage }, timeoutMs = 900_000) =>
    storage.volumes.create({ name: "new", sizeGiB: 8 }, { timeoutMs }),
  "snapshots.create": ({ storage, volumeId }, timeoutMs = 900_000) =>
    storage.snapshots.create({ volumeId, name: "new" }, { timeoutMs }),
  "volumes.resize": ({ storage, volumeId }, timeoutMs = 900_000) =>
    storage.volumes.resize(volumeId, 16, { timeoutMs }),
  "volumes.attach": ({ storage, volumeId }, timeoutMs = 900_000) =>
    storage.volumes.attach(volumeId, "server-1", { timeoutMs }),
  "snapshots.delete": ({ storage, snapshotId }, timeoutMs = 900_000) =>
    storage.snapshots.delete(snapshotId, { timeoutMs }),
  "volumes.delete": ({ storage, volumeId }, timeoutMs = 900_000) =>
    storage.volumes.delete(volumeId, { timeoutMs, snapshots: "delete" }),
  "an operation": async ({ storage }, timeoutMs = 900_000) =>
    await (await storage.volumes.beginCreate({ name: "new", sizeGiB: 8 })).wait({ timeoutMs }),
};

const PASSING = [
  new PolyvolError("unavailable", "503", { retryable: true }),
  new PolyvolError("timeout", "no answer within 30 s", { retryable: true }),
  new PolyvolError("rate_limited", "429", { retryable: true, retryAfterMs: 20_000 }),
  new PolyvolError("malformed_response", "a web page", { retryable: true }),
];

/** When an outage begins and how long it lasts, in milliseconds from the call on. */
const OUTAGES = [1_000, 7_000, 20_000, 55_000]
  .flatMap((fromMs) => [2_000, 15_000].map((lastMs) => [fromMs, lastMs] as const))
  .filter((_, index) => inject("isFull") || index % 4 === 3);

describe.each([
  ["followed by looks", { mode: "state" }],
  ["followed by records", { mode: "record" }],
] as const)("work that is %s", (_, options) => {
  describe.each(Object.entries(CALLS))("%s", (__, call) => {
    test.each(PASSING.map((error) => [error.code, error] as const))(
      "an outage (%s) in the middle ends no wait, whenever it begins",
      async (___, error) => {
        for (const [fromMs, lastMs] of OUTAGES) {
          const given = await world(options);
          given.failReads(error, fromMs, fromMs + lastMs);
          await call(given);
        }
      },
    );
  });
});

test("an outage ends no removal of a surplus by an operation, though it begins right before that", async () => {
  const { clock, storage } = await world({ mode: "state" });
  const { listVolumes, getVolume } = storage.driver;
  const begin = async () => {
    let failures = 0;
    let struck = false;
    let own = "";
    const driver: BlockStorageDriver = {
      ...storage.driver,
      listVolumes: async (query, ...page) => {
        if (query.name !== undefined && clock.now() > madeAt && !struck) {
          struck = true;
          failures = 6;
        }
        return await listVolumes(query, ...page);
      },
      getVolume: async (id, context) => {
        if (id === own && failures > 0) {
          failures -= 1;
          throw PASSING[0];
        }
        return await getVolume(id, context);
      },
    };
    const { volumes } = createBlockStorage(driver, { clock, random: () => 0.5 });
    const operation = await volumes.beginCreate({ name: "new", sizeGiB: 8 });
    own = operation.resource.id;
    return operation;
  };
  const madeAt = clock.now() + WORK_MS;
  const begun = await Promise.all([begin(), begin()]);
  const [one, other] = await Promise.all(begun.map((each) => each.wait()));
  expect(one?.id).toBe(other?.id);
  expect(await storage.volumes.list({ name: "new" }).toArray()).toHaveLength(1);
});

test("an outage that begins with the request of a change ends it no more than one that begins after it", async () => {
  const given = await world({});
  const { clock, storage, volumeId } = given;
  const lost = new PolyvolError("unavailable", "503", { retryable: true, outcome: "unknown" });
  const resizeVolume: BlockStorageDriver["resizeVolume"] = async (...args) => {
    if (clock.now() < back) throw lost;
    return (await storage.driver.resizeVolume?.(...args)) ?? {};
  };
  const during = createBlockStorage({ ...storage.driver, resizeVolume }, { clock, random: () => 0.5 });
  const back = clock.now() + 8_000;
  const seen: string[] = [];
  const resized = during.volumes.resize(volumeId, 16, {
    onProgress: (each) => {
      seen.push(each.seen);
    },
  });
  await clock.sleep(1);
  given.failReads(lost, 0, 8_000);
  expect(await resized).toMatchObject({ sizeGiB: 16 });
  expect(seen).toContain("no answer (unavailable)");
});

test("an outage until the deadline: a timeout that says what was seen and what failed", async () => {
  const given = await world({});
  given.failReads(PASSING[0] as PolyvolError, 10_000, Number.POSITIVE_INFINITY);
  const from = given.clock.now();
  const resized = given.storage.volumes.resize(given.volumeId, 16, { timeoutMs: 120_000 });
  const error = await resized.catch((thrown: unknown) => thrown);
  if (!isPolyvolError(error)) throw error;
  expect(error).toMatchObject({ code: "timeout", outcome: "unknown", retryable: true });
  expect(error.reason).toMatch(/last seen: resizing; the last look failed: 503/);
  expect(error.cause).toMatchObject({ code: "unavailable" });
  expect(given.clock.now() - from).toBe(120_000);
});

test("looks that failed are told of, and those that saw something again end that", async () => {
  const given = await world({});
  given.failReads(PASSING[0] as PolyvolError, 10_000, 25_000);
  const seen: string[] = [];
  await given.storage.volumes.resize(given.volumeId, 16, { onProgress: (each) => seen.push(each.seen) });
  expect(seen).toContain("no answer (unavailable)");
  expect(seen.at(-1)).toBe("resizing");
});

test.each(["unauthenticated", "permission_denied"] as const)("%s ends a wait at once", async (code) => {
  for (const call of Object.values(CALLS)) {
    const given = await world({});
    given.failReads(new PolyvolError(code, "no"), 5_000, Number.POSITIVE_INFINITY);
    const from = given.clock.now();
    await expect(call(given)).rejects.toMatchObject({ code });
    expect(given.clock.now() - from).toBeLessThan(30_000);
  }
});

test("a quota that comes round after the deadline ends a wait at once", async () => {
  const given = await world({});
  const error = new PolyvolError("rate_limited", "429", { retryable: true, retryAfterMs: 3_600_000 });
  given.failReads(error, 5_000, Number.POSITIVE_INFINITY);
  const from = given.clock.now();
  await expect(given.storage.volumes.resize(given.volumeId, 16)).rejects.toMatchObject({
    code: "rate_limited",
    retryAfterMs: 3_600_000,
  });
  expect(given.clock.now() - from).toBeLessThan(30_000);
});
