import { getEventListeners } from "node:events";
import {
  type BlockStorage,
  createBlockStorage,
  isPolyvolError,
  PolyvolError,
  type Progress,
} from "@polyvol/core";
import { createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import {
  createMemoryAccount,
  createMemoryDriver,
  type MemoryAccount,
  type MemoryAccountOptions,
} from "@polyvol/memory";
import { describe, expect, inject, test } from "vitest";

interface World {
  readonly clock: VirtualClock;
  readonly account: MemoryAccount;
  readonly storage: BlockStorage;
}

function world(options: MemoryAccountOptions = {}): World {
  const clock = createVirtualClock();
  const account = createMemoryAccount({
    names: "free",
    asynchronous: true,
    latencyMs: 20,
    ...options,
    clock,
  });
  return {
    clock,
    account,
    storage: createBlockStorage(createMemoryDriver({ account }), { clock, random: () => 0.5 }),
  };
}

/** Lets time pass until `work` is done. */
async function passTime<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let done = false;
  const watched = work.finally(() => {
    done = true;
  });
  watched.catch(() => undefined);
  while (!done) await clock.advance(50);
  return await watched;
}

/** A whole life of a volume, so that an abort can strike anywhere in it. */
async function life(storage: BlockStorage, abortSignal: AbortSignal): Promise<void> {
  const options = { abortSignal };
  const volume = await storage.volumes.create({ name: "a", sizeGiB: 8 }, options);
  await storage.volumes.attach(volume.id, "server-1", options);
  const snapshot = await storage.snapshots.create({ volumeId: volume.id, name: "s" }, options);
  await storage.volumes.detach(volume.id, "server-1", options);
  await storage.volumes.resize(volume.id, 16, options);
  await storage.snapshots.list({}, options).toArray();
  await storage.snapshots.delete(snapshot.id, options);
  await storage.volumes.delete(volume.id, options);
}

const MOMENTS = inject("isFull") ? 500 : 40;

describe("abort", () => {
  test(`at ${MOMENTS} moments of a life: rejects with the caller's reason, sends nothing more, leaves nothing behind`, async () => {
    const whole = world();
    const startedAt = whole.clock.now();
    await passTime(whole.clock, life(whole.storage, new AbortController().signal));
    const lifeMs = whole.clock.now() - startedAt;
    const figures = { late: 0, sentAfter: 0, timersLeft: 0, listenersLeft: 0, wrongReason: 0 };
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      const { clock, account, storage } = world();
      const controller = new AbortController();
      const reason = new Error("the caller's reason");
      let rejectedWith: unknown;
      const work = life(storage, controller.signal).catch((error: unknown) => {
        rejectedWith = error;
      });
      await clock.advance((lifeMs * moment) / MOMENTS);
      controller.abort(reason);
      const sent = account.calls.total;
      // No time passes on the clock: the rejection must not wait for any.
      for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
      if (rejectedWith === undefined) figures.late += 1;
      else if (rejectedWith !== reason) figures.wrongReason += 1;
      await work;
      // What the account itself still works on may keep its own sleepers; calls must not.
      await clock.advance(120_000);
      if (account.calls.total > sent) figures.sentAfter += 1;
      if (clock.sleepers > 0) figures.timersLeft += 1;
      if (getEventListeners(controller.signal, "abort").length > 0) figures.listenersLeft += 1;
    }
    expect(figures).toEqual({ late: 0, sentAfter: 0, timersLeft: 0, listenersLeft: 0, wrongReason: 0 });
  });

  test("before the call sends nothing", async () => {
    const { account, storage } = world();
    const abortSignal = AbortSignal.abort(new Error("never mind"));
    await expect(storage.volumes.get("volume-000001", { abortSignal })).rejects.toThrow("never mind");
    await expect(storage.volumes.list({}, { abortSignal }).toArray()).rejects.toThrow("never mind");
    expect(account.calls.total).toBe(0);
  });
});

describe("deadline", () => {
  test("holds although the driver never answers and hears no signal, and so does an abort", async () => {
    const clock = createVirtualClock();
    const driver = createMemoryDriver({ account: createMemoryAccount({ clock }) });
    const deaf = { ...driver, getVolume: () => new Promise<never>(() => undefined) };
    const storage = createBlockStorage(deaf, { clock });
    const late = storage.volumes.get("any", { timeoutMs: 5_000 }).catch((thrown: unknown) => thrown);
    await clock.advance(4_999);
    const abort = new AbortController();
    const reason = new Error("enough");
    const aborted = storage.volumes
      .get("any", { abortSignal: abort.signal })
      .catch((thrown: unknown) => thrown);
    abort.abort(reason);
    expect(await aborted).toBe(reason);
    await clock.advance(1);
    expect(await late).toMatchObject({ code: "timeout", operation: "volumes.get" });
    expect(clock.sleepers).toBe(0);
  });

  test("a wait that runs out says what it saw, and that the change may have happened", async () => {
    const { clock, storage } = world({ asynchronous: { createVolumeMs: 600_000 } });
    const seen: Progress[] = [];
    const error = await passTime(
      clock,
      storage.volumes
        .create({ name: "slow", sizeGiB: 8 }, { timeoutMs: 30_000, onProgress: (each) => seen.push(each) })
        .catch((thrown: unknown) => thrown),
    );
    expect(isPolyvolError(error, "timeout")).toBe(true);
    expect(String(error)).toContain("last seen: creating");
    expect(error).toMatchObject({
      outcome: "unknown",
      operation: "volumes.create",
      resource: { name: "slow" },
    });
    expect(seen.length).toBeGreaterThan(3);
    // The last look comes shortly before the deadline, not a whole pause earlier.
    expect(seen.at(-1)?.elapsedMs).toBeGreaterThan(28_000);
    expect(clock.sleepers).toBe(0);
  });

  test("Retry-After beyond the deadline fails at once and states the time", async () => {
    const { clock, account, storage } = world();
    account.inject({
      effect: "fail",
      when: "before",
      error: new PolyvolError("rate_limited", "too many requests", {
        retryable: true,
        retryAfterMs: 120_000,
        outcome: "not_applied",
      }),
    });
    const before = clock.now();
    const error = await passTime(
      clock,
      storage.volumes.get("volume-000001").catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ code: "rate_limited", retryAfterMs: 120_000 });
    expect(String(error)).toContain("2 min");
    expect(clock.now() - before).toBeLessThan(1_000);
  });

  test("Retry-After within the deadline is waited for", async () => {
    const { clock, account, storage } = world({ latencyMs: 0 });
    account.inject({
      effect: "fail",
      when: "before",
      error: new PolyvolError("rate_limited", "too many requests", {
        retryable: true,
        retryAfterMs: 40_000,
        outcome: "not_applied",
      }),
    });
    const before = clock.now();
    await passTime(clock, storage.volumes.list().toArray());
    expect(clock.now() - before).toBeGreaterThanOrEqual(40_000);
    expect(account.calls.total).toBe(2);
  });
});

test("changes of one volume never overlap; of many they run side by side", async () => {
  const { clock, account, storage } = world({ latencyMs: 100, asynchronous: false, names: "enforced" });
  let running = 0;
  let mostAtOnce = 0;
  const counted = createBlockStorage(
    {
      ...storage.driver,
      resizeVolume: async (id, sizeGiB, context) => {
        running += 1;
        mostAtOnce = Math.max(mostAtOnce, running);
        try {
          return (await storage.driver.resizeVolume?.(id, sizeGiB, context)) ?? {};
        } finally {
          running -= 1;
        }
      },
    },
    { clock },
  );
  const one = await passTime(clock, counted.volumes.create({ name: "one", sizeGiB: 1 }));
  const sizes = Array.from({ length: 50 }, (_, index) => index + 2);
  await passTime(clock, Promise.allSettled(sizes.map((sizeGiB) => counted.volumes.resize(one.id, sizeGiB))));
  expect(mostAtOnce).toBe(1);
  expect(account.dump().volumes[0]?.sizeGiB).toBe(51);

  const many = await passTime(
    clock,
    Promise.all(sizes.map((index) => counted.volumes.create({ name: `v${index}`, sizeGiB: 1 }))),
  );
  await passTime(clock, Promise.all(many.map((each) => counted.volumes.resize(each.id, 2))));
  expect(mostAtOnce).toBeGreaterThan(10);
});
