import { createBlockStorage, type OperationRef, PolyvolError } from "@polyvol/core";
import { type Clock, monotonicTime, systemClock } from "@polyvol/core/driver";
import type { MemoryAccountOptions } from "@polyvol/memory";
import { describe, expect, test, vi } from "vitest";
import { openMemory } from "./open-memory.ts";

const HOUR_MS = 3_600_000;

/** A storage whose clock can be set; the account goes by the true time. */
function world(options: MemoryAccountOptions = {}) {
  const { clock, account, driver } = openMemory({ names: "free", asynchronous: true, ...options });
  let shiftMs = 0;
  const shown: Clock = { ...clock, now: () => clock.now() + shiftMs };
  const open = () => createBlockStorage(driver, { clock: shown, random: () => 0.5 });
  return {
    ...{ clock, account, driver, open, storage: open() },
    setBy: (ms: number) => {
      shiftMs = ms;
    },
  };
}

describe.each([
  ["back", -HOUR_MS],
  ["forward", HOUR_MS],
])("a clock that is set %s by an hour", (_, shiftMs) => {
  test.each([
    ["names enforced, followed by looks", { names: "enforced", asynchronous: true }],
    ["names free, followed by looks", { names: "free", asynchronous: true }],
    ["names free, followed by records", { names: "free", mode: "record" }],
  ] as const)("changes nothing of a create that is waited for: %s", async (__, options) => {
    const durations: number[] = [];
    for (const set of [false, true]) {
      const { clock, storage, setBy } = world(options);
      const from = clock.now();
      const onProgress = (): void => {
        if (set) setBy(shiftMs);
      };
      await storage.volumes.create({ name: "a", sizeGiB: 8 }, { onProgress });
      durations.push(clock.now() - from);
    }
    expect(durations[1]).toBe(durations[0]);
  });

  test("changes nothing of a retry", async () => {
    const { clock, account, storage, setBy } = world();
    const error = new PolyvolError("unavailable", "503", { retryable: true, retryAfterMs: 20_000 });
    account.inject({ on: "listVolumes", effect: "fail", when: "before", error });
    const from = clock.now();
    const listed = storage.volumes.list().toArray();
    setBy(shiftMs);
    expect(await listed).toEqual([]);
    expect(clock.now() - from).toBe(20_000);
  });

  test("changes nothing of the deadline", async () => {
    const { clock, storage, setBy } = world({ asynchronous: { createVolumeMs: HOUR_MS } });
    const from = clock.now();
    const created = storage.volumes.create(
      { name: "a", sizeGiB: 8 },
      { timeoutMs: 60_000, onProgress: () => setBy(shiftMs) },
    );
    await expect(created).rejects.toMatchObject({ code: "timeout" });
    expect(clock.now() - from).toBe(60_000);
  });

  test("after a create was begun: its end is told in time, and the look for a second one comes in time", async () => {
    const { clock, driver, storage, open, setBy } = world();
    const operation = await storage.volumes.beginCreate({ name: "a", sizeGiB: 8 });
    const begunAt = clock.now();
    setBy(shiftMs);
    const stored: OperationRef = JSON.parse(JSON.stringify(operation.ref));
    await clock.sleep(60_000);
    for (const each of [operation, await open().resume(stored)]) {
      await clock.sleep(driver.settleMs);
      expect(await each.status()).toMatchObject({ state: "succeeded" });
      const from = clock.now();
      await each.wait();
      expect(clock.now() - from).toBeLessThan(10_000);
    }
    expect(clock.now() - begunAt).toBeLessThan(120_000);
  });
});

test("a clock of one's own that is set forward ends no retry, though it has no monotonic reading", async () => {
  const { clock, account, driver } = openMemory();
  let shiftMs = 0;
  const plain: Clock = { now: () => clock.now() + shiftMs, sleep: clock.sleep, during: clock.during };
  const storage = createBlockStorage(driver, { clock: plain });
  const error = new PolyvolError("unavailable", "503", { retryable: true });
  account.inject({ on: "listVolumes", effect: "fail", when: "before", error });
  const listed = storage.volumes.list().toArray();
  shiftMs = HOUR_MS;
  expect(await listed).toEqual([]);
});

describe("monotonic time", () => {
  test("of the machine: not what its clock shows", () => {
    const now = monotonicTime(systemClock);
    const shown = monotonicTime({ now: () => 0, sleep: systemClock.sleep });
    vi.spyOn(Date, "now").mockReturnValue(0);
    const from = now();
    expect(from).toBeGreaterThan(0);
    expect(shown()).toBeGreaterThanOrEqual(from);
    vi.restoreAllMocks();
  });

  test("of a clock that only shows time: never backwards", () => {
    const readings = [5, 7, 3, 4, 4, 9];
    const now = monotonicTime({ now: () => readings.shift() ?? 0, sleep: async () => undefined });
    expect(Array.from({ length: 6 }, () => now())).toEqual([5, 7, 7, 8, 8, 13]);
  });

  test("of a clock that has it: as it says", () => {
    const clock = { now: () => 1, sleep: async () => undefined, ms: 7, monotonicNow: readOwn };
    function readOwn(this: { ms: number }): number {
      return this.ms;
    }
    expect(monotonicTime(clock)()).toBe(7);
  });
});
