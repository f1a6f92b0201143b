import { expect, test } from "vitest";
import { growsWithItsInput } from "./growth.ts";

test("two milliseconds that only the large input costs are the machine's", () => {
  const work = (size: number): void => {
    const since = process.cpuUsage();
    for (let spent = 0; size > 1 && spent < 2_000; ) {
      const { user, system } = process.cpuUsage(since);
      spent = user + system;
    }
  };
  expect(growsWithItsInput(work, 1)).toBe(true);
});
