import { expect, test } from "vitest";
import { fasterFloor, type Rounds, speedAgainst } from "../src/measure.ts";
import type { ClientName, Measurement } from "../src/tasks.ts";

const measured = (ms: number, waitedMs = 0, cpuMs = ms / 2): Measurement => {
  return { ms, cpuMs, waitedMs, growthMiB: 0 };
};

const roundsOf = (all: Partial<Record<ClientName, readonly Measurement[]>>): Rounds =>
  new Map(Object.entries(all) as [ClientName, readonly Measurement[]][]);

test("a ratio is that of each round, with its quartiles", () => {
  const rounds = roundsOf({
    "floor-http": [measured(100), measured(90), measured(80), measured(60), measured(50)],
    polyvol: Array.from({ length: 5 }, () => measured(100)),
  });
  expect(speedAgainst(rounds, "floor-http", "polyvol")).toEqual({
    median: 0.8,
    from: 0.6,
    to: 0.9,
    rounds: 5,
  });
});

test("by the clock no round counts in which one of the two waited for a processor; of processor time all count", () => {
  const rounds = roundsOf({
    "floor-http": [measured(100, 5), measured(100, 6, 40), measured(100)],
    polyvol: [measured(100), measured(100, 0, 80), measured(1_000, 500, 50)],
    "dots-wrapper": [measured(100, 99), measured(100, 99), measured(100, 99)],
  });
  expect(speedAgainst(rounds, "floor-http", "polyvol")).toMatchObject({ median: 1, rounds: 1 });
  expect(speedAgainst(rounds, "floor-http", "polyvol", "cpuMs")).toMatchObject({
    median: 1,
    from: 1,
    rounds: 3,
  });
  expect(speedAgainst(rounds, "floor-http", "dots-wrapper")).toMatchObject({ median: Number.NaN, rounds: 0 });
});

test("the floor is the one that is faster over all rounds", () => {
  const [slow, quick] = [measured(30), measured(10)];
  expect(
    fasterFloor(roundsOf({ "floor-http": [quick, slow, slow], "floor-undici": [slow, quick, quick] })),
  ).toBe("floor-undici");
});
