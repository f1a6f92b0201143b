import * as fc from "fast-check";
import { expect, test } from "vitest";
import { cloudsInShard, isPolicyError, shardOf } from "../../src/index.ts";

const keys = (number: number): readonly string[] =>
  Array.from({ length: number }, (_, index) => `digitalocean-${index}`);

test("every account is in exactly one shard, whoever asks", () => {
  const accounts = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 60 });
  fc.assert(
    fc.property(accounts, fc.integer({ min: 1, max: 40 }), (names, count) => {
      const all = names.map((key) => ({ key, clouds: [`${key}-a`, `${key}-b`] }));
      const seen = Array.from({ length: count }, (_, index) => cloudsInShard(all, { index, count })).flat();
      expect(seen.toSorted()).toEqual(all.flatMap(({ clouds }) => clouds).toSorted());
    }),
  );
});

test("one more shard moves accounts to it and nowhere else, and only its share of them", () => {
  const all = keys(5_000);
  for (const count of [1, 2, 3, 7, 16, 63]) {
    const moved = all.filter((key) => shardOf(key, count) !== shardOf(key, count + 1));
    expect(moved.every((key) => shardOf(key, count + 1) === count)).toBe(true);
    const share = all.length / (count + 1);
    expect(moved.length).toBeGreaterThan(share * 0.7);
    expect(moved.length).toBeLessThan(share * 1.3);
  }
});

test("for any account, a shard more or less changes nothing but that", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 500 }), (key, count) => {
      const [before, after] = [shardOf(key, count), shardOf(key, count + 1)];
      expect(after === before || after === count).toBe(true);
      expect(before).toBeLessThan(count);
    }),
  );
});

test("shards are about as large as each other", () => {
  const sizes = Map.groupBy(keys(20_000), (key) => shardOf(key, 20));
  expect(sizes.size).toBe(20);
  for (const own of sizes.values()) {
    expect(own.length).toBeGreaterThan(850);
    expect(own.length).toBeLessThan(1_150);
  }
});

test("which account is where does not change between versions", () => {
  const places = ["digitalocean-0", "acme", "bolt", "", "ö"].map((key) =>
    [1, 2, 3, 10, 10_000].map((count) => shardOf(key, count)),
  );
  expect(places).toMatchInlineSnapshot(`
    [
      [
        0,
        1,
        2,
        6,
        4022,
      ],
      [
        0,
        1,
        2,
        4,
        4019,
      ],
      [
        0,
        1,
        1,
        7,
        6380,
      ],
      [
        0,
        1,
        1,
        8,
        9295,
      ],
      [
        0,
        1,
        1,
        3,
        6576,
      ],
    ]
  `);
});

test.each([0, -1, 1.5, Number.NaN, 10_001, "4" as unknown as number])("%j shards are refused", (count) => {
  expect(() => shardOf("a", count)).toThrow("allowed: a whole number from 1 to 10,000");
  try {
    cloudsInShard([], { index: 0, count });
    expect.unreachable();
  } catch (error) {
    expect(isPolicyError(error) && error.code).toBe("invalid_argument");
  }
});

test.each([4, -1, 0.5, Number.NaN])("index %j of four is refused, with those that there are", (index) => {
  expect(() => cloudsInShard([], { index, count: 4 })).toThrow("allowed: 0 to 3, as indices count from 0");
});
