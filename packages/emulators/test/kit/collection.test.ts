import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Collection, createCollection } from "../../src/kit/collection.ts";
import { createSchedule } from "../../src/kit/schedule.ts";

interface Item {
  readonly id: string;
  readonly group: string | undefined;
  readonly value: number;
}

const create = (): Collection<Item, "group"> =>
  createCollection({ indexes: { group: (item) => item.group } });
const values = (items: readonly Item[]): number[] => items.map((item) => item.value);

describe("a collection", () => {
  test("keeps order and indexes through changes", () => {
    const items = create();
    items.put({ id: "b", group: "x", value: 2 }, 0);
    items.put({ id: "a", group: "x", value: 1 }, 0);
    items.put({ id: "c", group: undefined, value: 3 }, 0);
    expect([values(items.all()), values(items.by("group", "x")), items.size]).toEqual([[1, 2, 3], [1, 2], 3]);
    items.put({ id: "a", group: "y", value: 10 }, 1);
    items.put({ id: "b", group: "x", value: 20 }, 1);
    expect([values(items.by("group", "x")), values(items.by("group", "y"))]).toEqual([[20], [10]]);
    expect([items.remove("a", 2)?.value, items.remove("a", 2)]).toEqual([10, undefined]);
    expect([values(items.all()), values(items.by("group", "y"))]).toEqual([[20, 3], []]);
    items.load([{ id: "0", group: "x", value: 0 }]);
    expect(values(items.by("group", "x"))).toEqual([0, 20]);
    items.clear();
    expect([items.size, values(items.by("group", "x")), items.get("b")]).toEqual([0, [], undefined]);
  });

  test("has the order that it is given, and shows another one until the next change", () => {
    const byValue = (a: Item, b: Item): number => a.value - b.value;
    const items = createCollection<Item>({ order: byValue });
    for (const value of [3, 1, 2]) items.put({ id: `${value}`, group: undefined, value }, 0);
    expect(values(items.all())).toEqual([1, 2, 3]);
    const falling = (): readonly Item[] => items.sorted("falling", (a, b) => byValue(b, a));
    expect(values(falling())).toEqual([3, 2, 1]);
    expect(falling()).toBe(falling());
    items.put({ id: "1", group: undefined, value: 4 }, 0);
    expect([values(items.all()), values(falling())]).toEqual([
      [2, 3, 4],
      [4, 3, 2],
    ]);
  });

  test("shows itself as it was", () => {
    const items = create();
    items.load([{ id: "s", group: "x", value: 0 }]);
    items.put({ id: "a", group: "x", value: 1 }, 10);
    items.put({ id: "a", group: "y", value: 2 }, 20);
    items.remove("a", 30);
    items.remove("s", 30);
    expect(values(items.asOf(5).all())).toEqual([0]);
    expect(values(items.asOf(10).by("group", "x"))).toEqual([1, 0]);
    expect(values(items.asOf(29).by("group", "y"))).toEqual([2]);
    expect(values(items.asOf(29).by("group", "x"))).toEqual([0]);
    expect([items.asOf(15).get("a")?.value, items.asOf(5).get("a")]).toEqual([1, undefined]);
    expect(items.asOf(30)).toBe(items);
  });

  test("agrees with a plain list whatever happens, now and at every instant before", () => {
    const step = fc.record({
      kind: fc.constantFrom("put", "put", "load", "remove"),
      id: fc.nat(20),
      group: fc.option(fc.nat(2), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const items = create();
        let model: Item[] = [];
        const models: Item[][] = [];
        steps.forEach(({ kind, id, group }, at) => {
          const item = { id: `${id}`, group: group?.toString(), value: at };
          const others = model.filter((one) => one.id !== item.id);
          if (kind === "remove") items.remove(item.id, at);
          else if (kind === "load" && others.length === model.length && at === 0) items.load([item]);
          else items.put(item, at);
          model = kind === "remove" ? others : [...others, item].toSorted((a, b) => (a.id < b.id ? -1 : 1));
          models.push(model);
        });
        models.forEach((expected, at) => {
          const then = items.asOf(at);
          expect(then.all()).toEqual(expected);
          for (const group of ["0", "1", "2"])
            expect(then.by("group", group)).toEqual(expected.filter((one) => one.group === group));
          for (const { id } of expected) expect(then.get(id)).toEqual(expected.find((one) => one.id === id));
        });
        expect(items.all()).toEqual(model);
      }),
    );
  });
});

describe("a schedule", () => {
  test("runs what is due in order, each at its own instant", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(50), (instants, now) => {
        const schedule = createSchedule();
        const ran: [number, number][] = [];
        instants.forEach((at, index) => {
          schedule.add(at, (due) => ran.push([due, index]));
        });
        schedule.runDue(now);
        const expected = instants
          .map((at, index): [number, number] => [at, index])
          .filter(([at]) => at <= now)
          .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(ran).toEqual(expected);
        expect(schedule.next).toBe(Math.min(Number.POSITIVE_INFINITY, ...instants.filter((at) => at > now)));
      }),
    );
  });

  test("runs work that due work adds, when it is due too", () => {
    const schedule = createSchedule();
    const ran: number[] = [];
    schedule.add(1, (at) => schedule.add(at + 1, (next) => ran.push(next)));
    schedule.runDue(5);
    expect(ran).toEqual([2]);
    schedule.add(9, () => ran.push(9));
    schedule.clear();
    schedule.runDue(10);
    expect(ran).toEqual([2]);
  });
});
