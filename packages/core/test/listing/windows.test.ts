import { describe, expect, test } from "vitest";
import { createWindows } from "../../src/list/window-reader.ts";

describe("windows", () => {
  test("each shares an index with the one before, reaches further, and keeps to its sizes", () => {
    const windowAt = createWindows(150, 200);
    for (let index = 1; index < 2_000; index += 1) {
      const [before, window] = [windowAt(index - 1), windowAt(index)];
      expect(window.start).toBeLessThan(before.end);
      expect(window.end).toBeGreaterThan(before.end);
      expect(window.size).toBeGreaterThanOrEqual(150);
      expect(window.size).toBeLessThanOrEqual(200);
      expect(window.start).toBe((window.number - 1) * window.size);
    }
    // 100,000 items need 500 plain pages; 548 is the fewest that page numbers allow with an overlap everywhere.
    let needed = 0;
    while (windowAt(needed).end < 100_000) needed += 1;
    expect(needed + 1).toBe(548);
  });

  test.each([
    [1, 2],
    [2, 3],
    [3, 4],
    [12, 16],
    [75, 100],
  ])("sizes from %i to %i always get on, and leave no index out", (least, most) => {
    const windowAt = createWindows(least, most);
    for (let index = 1; index < 300; index += 1) {
      const [before, window] = [windowAt(index - 1), windowAt(index)];
      expect(window.size).toBeLessThanOrEqual(most);
      expect(window.end).toBeGreaterThan(before.end);
      expect(window.start).toBeLessThan(before.end + (window.overlaps ? 0 : 1));
      // From sizes of 16 on there is always an overlap, as far as any listing goes.
      if (most >= 16) expect(window.overlaps).toBe(true);
    }
  });
});
