import {
  type BlockStorage,
  createBlockStorage,
  PolyvolError,
  type PolyvolErrorDetails,
  type PolyvolEvent,
} from "@polyvol/core";
import type { VirtualClock } from "@polyvol/core/driver";
import type { MemoryAccount } from "@polyvol/memory";
import { describe, expect, test } from "vitest";
import { openMemory } from "./open-memory.ts";

interface World {
  readonly clock: VirtualClock;
  readonly account: MemoryAccount;
  readonly storage: BlockStorage;
}

function world(names: "enforced" | "free", random = (): number => 0.5): World {
  const { clock, account, driver } = openMemory({ names });
  return { clock, account, storage: createBlockStorage(driver, { clock, random }) };
}

function fail(
  account: MemoryAccount,
  on: "createVolume" | "resizeVolume" | "listVolumes",
  error: PolyvolError,
) {
  return (count: number): void => account.inject({ on, effect: "fail", when: "before", error, count });
}

function quota(details: PolyvolErrorDetails = {}): PolyvolError {
  return new PolyvolError("rate_limited", "429", { retryable: true, outcome: "not_applied", ...details });
}

function overloaded(details: PolyvolErrorDetails = {}): PolyvolError {
  return new PolyvolError("unavailable", "503", { retryable: true, outcome: "unknown", ...details });
}

describe.each(["enforced", "free"] as const)("names %s", (names) => {
  test.each([
    ["429", quota],
    ["503", overloaded],
  ])("a create waits as long as a %s asks to, once", async (_, make) => {
    const { clock, account, storage } = world(names);
    const from = clock.now();
    await storage.volumes.create({ name: "without", sizeGiB: 8 });
    const without = clock.now() - from;
    fail(account, "createVolume", make({ retryAfterMs: 12_000 }))(1);
    const start = clock.now();
    await storage.volumes.create({ name: "a", sizeGiB: 8 });
    const took = clock.now() - start - without;
    expect(took).toBeGreaterThanOrEqual(12_000);
    // After an unclear answer, free names are looked for as long as they may take to show.
    expect(took).toBeLessThan(12_000 + 3_000);
    expect(account.dump().volumes).toHaveLength(2);
  });

  test("a change waits as long as a 503 asks to", async () => {
    const { clock, account, storage } = world(names);
    const { id } = await storage.volumes.create({ name: "a", sizeGiB: 8 });
    fail(account, "resizeVolume", overloaded({ retryAfterMs: 12_000 }))(1);
    const from = clock.now();
    expect((await storage.volumes.resize(id, 16)).sizeGiB).toBe(16);
    expect(clock.now() - from).toBeGreaterThanOrEqual(12_000);
  });

  test("what would come at the deadline or later is refused at once, with the time", async () => {
    for (const retryAfterMs of [60_000, 100_000]) {
      for (const [make, code] of [
        [quota, "rate_limited"],
        [overloaded, "unavailable"],
      ] as const) {
        const { clock, account, storage } = world(names);
        fail(account, "createVolume", make({ retryAfterMs }))(1);
        const from = clock.now();
        const created = storage.volumes.create({ name: "a", sizeGiB: 8 }, { timeoutMs: 60_000 });
        await expect(created).rejects.toMatchObject({ code, retryAfterMs });
        await expect(created).rejects.toThrow(/after the deadline of this call/);
        expect(clock.now() - from).toBeLessThan(1_000);
      }
    }
  });
});

test("429 without a word about when: growing pauses, for as long as the call has", async () => {
  const { clock, account, storage } = world("enforced");
  fail(account, "listVolumes", quota())(6);
  const from = clock.now();
  expect(await storage.volumes.list().toArray()).toEqual([]);
  // Bounds of 1, 2, 4, 8, 16 and 30 s, of which the test's chance gives half.
  expect(clock.now() - from).toBe(30_500);
  fail(account, "listVolumes", quota())(Number.POSITIVE_INFINITY);
  const start = clock.now();
  await expect(storage.volumes.list().toArray()).rejects.toMatchObject({ code: "rate_limited" });
  const took = clock.now() - start;
  expect(took).toBeGreaterThan(30_000);
  expect(took).toBeLessThan(60_000);
});

test("a spent quota costs nothing of the budget that outages have", async () => {
  const { account, storage, clock } = world("enforced");
  fail(account, "listVolumes", quota())(Number.POSITIVE_INFINITY);
  for (let call = 0; call < 30; call += 1)
    await storage.volumes
      .list()
      .toArray()
      .catch(() => undefined);
  account.clearFaults();
  fail(account, "listVolumes", overloaded())(3);
  expect(await storage.volumes.list().toArray()).toEqual([]);
  expect(clock.sleepers).toBe(0);
});

test("what a spent quota or a busy resource refuses costs a fault none of its attempts, nor its short pauses", async () => {
  const { clock, account, storage } = world("enforced");
  fail(account, "listVolumes", quota())(6);
  fail(account, "listVolumes", overloaded())(3);
  expect(await storage.volumes.list().toArray()).toEqual([]);
  fail(account, "listVolumes", quota())(6);
  fail(account, "listVolumes", overloaded())(Number.POSITIVE_INFINITY);
  const from = clock.now();
  const listed = storage.volumes.list().toArray();
  await expect(listed).rejects.toMatchObject({ code: "unavailable", attempts: 6 + 4 });
  // Bounds of 1, 2, 4, 8, 16 and 30 s for the former, of 100, 200 and 400 ms for the latter.
  expect(clock.now() - from).toBe(30_500 + 350);
  account.clearFaults();
  const { id } = await storage.volumes.create({ name: "a", sizeGiB: 8 });
  const busy = new PolyvolError("conflict", "busy", { retryable: true, outcome: "not_applied" });
  const unsent = new PolyvolError("unavailable", "refused", { retryable: true, outcome: "not_applied" });
  fail(account, "resizeVolume", busy)(5);
  fail(account, "resizeVolume", unsent)(3);
  expect((await storage.volumes.resize(id, 16)).sizeGiB).toBe(16);
});

test("Retry-After: 0 does not bring everybody back at once", async () => {
  const { clock, account, storage } = world("enforced");
  for (const make of [quota, overloaded]) {
    fail(account, "listVolumes", make({ retryAfterMs: 0 }))(2);
    const from = clock.now();
    await storage.volumes.list().toArray();
    expect(clock.now() - from).toBeGreaterThanOrEqual(150);
  }
});

test("a first look that comes at once is followed by pauses that grow, as any other", async () => {
  const { clock, account, driver } = openMemory({ names: "free", asynchronous: { createVolumeMs: 60_000 } });
  const polling = { initialDelayMs: 0 };
  const { volumes } = createBlockStorage(driver, { clock, polling });
  const { state } = await volumes.create({ name: "a", sizeGiB: 8 });
  expect(state).toBe("available");
  expect(account.calls.of("getVolume")).toBeLessThan(40);
});

test("a deadline that passes behind a retry says what failed before it", async () => {
  const { clock, account, storage } = world("enforced");
  fail(account, "listVolumes", overloaded({ retryAfterMs: 5_000 }))(1);
  account.inject({ on: "listVolumes", effect: "delay", when: "before", ms: 60_000 });
  const listed = storage.volumes.list({}, { timeoutMs: 10_000 }).toArray();
  await expect(listed).rejects.toMatchObject({ code: "timeout", cause: { code: "unavailable" } });
  await expect(listed).rejects.toThrow(/not finished within 10 s; the last attempt failed: 503/);
  expect(clock.sleepers).toBe(0);
});

test("the pause before the look after an unclear create is told of", async () => {
  const { account, storage } = world("enforced");
  fail(account, "createVolume", overloaded({ retryAfterMs: 12_000 }))(1);
  const told: PolyvolEvent[] = [];
  const watched = createBlockStorage(storage.driver, {
    ...{ clock: account.clock, onEvent: (event) => void told.push(event) },
  });
  await watched.volumes.create({ name: "a", sizeGiB: 8 });
  const kinds = told.map(({ type }) => type).filter((type) => type === "retry" || type === "recover");
  expect(kinds).toEqual(["retry", "recover"]);
  expect(told.find(({ type }) => type === "retry")).toMatchObject({ delayMs: 12_000, code: "unavailable" });
});
