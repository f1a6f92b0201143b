import { describe, expect, test, vi } from "vitest";
import { createVirtualClock, DEFAULT_START_MS, isVirtualClock, realClock } from "../../src/kit/clock.ts";

describe("a virtual clock", () => {
  test("stands still until it is moved", async () => {
    expect(createVirtualClock().now()).toBe(DEFAULT_START_MS);
    const clock = createVirtualClock(5);
    void clock.advance(10);
    expect(clock.now()).toBe(15);
    await clock.set(20);
    expect(clock.now()).toBe(20);
    expect(() => clock.set(19)).toThrow(RangeError);
    expect(() => clock.advance(-1)).toThrow(RangeError);
  });

  test("wakes sleepers in the order of time, each at its own moment", async () => {
    const clock = createVirtualClock(0);
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    };
    void sleeper("late", 30);
    void sleeper("first", 10);
    void sleeper("second", 10);
    void sleeper("never", 1000);
    expect(clock.nextWakeAt()).toBe(10);
    await clock.advance(100);
    expect(woken).toEqual([
      ["first", 10],
      ["second", 10],
      ["late", 30],
    ]);
    expect([clock.now(), clock.nextWakeAt()]).toEqual([100, 1000]);
  });

  test("wakes those who go to sleep again on the way", async () => {
    const clock = createVirtualClock(0);
    const times: number[] = [];
    const poll = async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        await clock.sleep(10);
        times.push(clock.now());
      }
    };
    void poll();
    await clock.advance(25);
    expect(times).toEqual([10, 20]);
    await Promise.all([clock.advance(3), clock.advance(2)]);
    expect([times, clock.now()]).toEqual([[10, 20, 30], 30]);
  });

  test("lets sleepers be aborted", async () => {
    const clock = createVirtualClock(0);
    const controller = new AbortController();
    const sleep = clock.sleep(10, controller.signal);
    controller.abort(new Error("enough"));
    await expect(sleep).rejects.toThrow("enough");
    await expect(clock.sleep(10, controller.signal)).rejects.toThrow("enough");
    expect(clock.nextWakeAt()).toBeUndefined();
    await clock.sleep(0);
  });
});

describe("the real clock", () => {
  test("sleeps in real time and can be aborted", async () => {
    expect(isVirtualClock(realClock)).toBe(false);
    const before = realClock.now();
    await realClock.sleep(5);
    expect(realClock.now()).toBeGreaterThanOrEqual(before + 4);
    const controller = new AbortController();
    const sleep = realClock.sleep(60_000, controller.signal);
    controller.abort(new Error("enough"));
    await expect(sleep).rejects.toThrow("enough");
  });

  test("sleeps for longer than one timer of the machine can", async () => {
    vi.useFakeTimers();
    try {
      const day = 86_400_000;
      let awake = false;
      const sleep = realClock.sleep(60 * day).then(() => {
        awake = true;
      });
      await vi.advanceTimersByTimeAsync(60 * day - 1);
      expect(awake).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      await sleep;
    } finally {
      vi.useRealTimers();
    }
  });
});
