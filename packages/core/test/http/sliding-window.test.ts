import { describe, expect, test } from "vitest";
import { createSlidingWindows } from "../../src/http/rate-limit/sliding-window.ts";

const MINUTE = { requests: 3, windowMs: 60_000 };
const HOUR = { requests: 5, windowMs: 3_600_000 };

function answered(windows: ReturnType<typeof createSlidingWindows>, ...times: readonly number[]): void {
  for (const time of times) {
    windows.begin();
    windows.end(time, true);
  }
}

describe("sliding windows", () => {
  test("a request counts until one window after its answer", () => {
    const windows = createSlidingWindows([MINUTE]);
    answered(windows, 0, 10, 20);
    expect(windows.earliest(20, 0)).toBe(60_001);
    expect(windows.earliest(20, 2)).toBe(60_021);
    expect(windows.earliest(60_000, 0)).toBe(60_001);
    expect(windows.earliest(60_001, 0)).toBe(60_001);
  });

  test("a request in flight counts, and its place is free one window from now at the earliest", () => {
    const windows = createSlidingWindows([MINUTE]);
    for (let each = 0; each < 3; each++) windows.begin();
    expect(windows.earliest(5, 0)).toBe(60_005);
    expect(windows.earliest(5, 3)).toBe(120_005);
    windows.end(5, false);
    expect(windows.earliest(5, 0)).toBe(5);
  });

  test("the tightest window decides", () => {
    const windows = createSlidingWindows([HOUR, MINUTE]);
    answered(windows, 0, 1, 2, 60_001, 60_002);
    expect(windows.earliest(60_002, 0)).toBe(3_600_001);
    expect(windows.longestMs).toBe(HOUR.windowMs);
    expect(windows.left(60_002)).toBe(0);
    expect(windows.nearlyFull(60_002)).toBe(true);
    expect(windows.nearlyFull(4_000_000)).toBe(false);
  });

  test("quotas are replaced, and what can be none is left out", () => {
    const windows = createSlidingWindows([]);
    expect([windows.known, windows.longestMs, windows.left(0)]).toEqual([false, 0, Number.POSITIVE_INFINITY]);
    windows.replace([MINUTE]);
    answered(windows, 0, 1);
    windows.replace([{ ...MINUTE }]);
    windows.replace([{ ...MINUTE, requests: 2 }]);
    expect(windows.earliest(1, 0)).toBe(60_001);
    windows.replace([
      { requests: 0, windowMs: 60_000 },
      { requests: Number.NaN, windowMs: 60_000 },
      { requests: 5, windowMs: 0 },
      { requests: 5, windowMs: Number.POSITIVE_INFINITY },
    ]);
    expect(windows.known).toBe(false);
  });

  test("forgets what it does not need: a million requests cost no more than a window of them", () => {
    const windows = createSlidingWindows([{ requests: 1_000_000, windowMs: 1_000 }]);
    for (let time = 0; time < 1_000_000; time++) answered(windows, time);
    expect(windows.left(1_000_000)).toBe(1_000_000 - 1_000);
  });
});
