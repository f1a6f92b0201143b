import { array, assert, property } from "fast-check";
import { expect, inject, test } from "vitest";
import { anyText } from "../../../../scripts/test/any-text.ts";
import { createIdSet } from "../../src/list/id-set.ts";

test("holds what a Set holds", () => {
  assert(
    property(array(anyText({ maxLength: 8 }), { maxLength: 60 }), (ids) => {
      const own = createIdSet();
      const model = new Set<string>();
      for (const id of ids) {
        expect(own.has(id)).toBe(model.has(id));
        expect(own.add(id)).toBe(!model.has(id));
        model.add(id);
        expect(own.has(id)).toBe(true);
      }
      expect(own.size).toBe(model.size);
    }),
  );
});

const FAMILIES: Readonly<Record<string, (index: number) => string>> = {
  numbers: String,
  "numbers of one length": (index) => `snapshot-${String(index).padStart(9, "0")}`,
  "time-based UUIDs": (index) => `${index.toString(16).padStart(8, "0")}-84ab-11f1-8bbb-0a58ac14c0de`,
  "a counter at the end": (index) => `0105c25d-84ab-11f1-8bbb-${index.toString(16).padStart(12, "0")}`,
  "runs of one character": (index) => "a".repeat(1 + (index % 100)) + String(Math.floor(index / 100)),
  "other scripts": (index) =>
    String.fromCodePoint(0xac00 + (index % 11_000), 0x4e00 + Math.floor(index / 11_000)),
};

const MANY = inject("isFull") ? 300_000 : 30_000;

test.each(Object.keys(FAMILIES))(`tells ${MANY} ids apart: %s`, (family) => {
  const idOf = FAMILIES[family] as (index: number) => string;
  const ids = createIdSet();
  let repeated = 0;
  for (let index = 0; index < MANY; index += 1) if (!ids.add(idOf(index))) repeated += 1;
  expect(repeated).toBe(0);
  for (let index = 0; index < MANY; index += 1) if (!ids.has(idOf(index))) throw new Error(idOf(index));
});

test("whatever the seeds", () => {
  for (const random of [() => 0, () => 0.5, () => 1 - 2 ** -32]) {
    const ids = createIdSet(random);
    const added = Array.from({ length: 50_000 }, (_, index) => ids.add(`id-${index}`));
    expect(added.every(Boolean)).toBe(true);
  }
});
