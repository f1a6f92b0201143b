import { expect, test } from "vitest";
import { growsWithItsInput } from "./growth.ts";

const SIZE = 1_000;

function spend(microseconds: number): void {
  const since = process.cpuUsage();
  for (let spent = 0; spent < microseconds; ) {
    const { user, system } = process.cpuUsage(since);
    spent = user + system;
  }
}

test("work that grows with the square of its input is told", () => {
  expect(growsWithItsInput((size) => spend(1_000 * (size / SIZE) ** 2), SIZE)).toBe(false);
});

test("two milliseconds that only the large input costs are the machine's", () => {
  expect(growsWithItsInput((size) => spend(size > SIZE ? 2_000 : 0), SIZE)).toBe(true);
});
