import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Collection } from "../../src/samsung-scp/collection.ts";
import { Schedule } from "../../src/samsung-scp/schedule.ts";

interface Thing {
  readonly id: string;
  readonly createdAt: number;
  readonly group: string;
  readonly value: number;
}

const make = (): Collection<Thing> =>
  new Collection({ historyMs: 100, groupBy: { group: ({ group }) => group } });

describe("a collection", () => {
  test("keeps items in order of creation, alone and by group", () => {
    const things = make();
    const add = (id: string, createdAt: number, group: string): void => {
      things.add({ id, createdAt, group, value: 0 }, createdAt);
    };
    add("b", 20, "x");
    add("a", 10, "y");
    add("c", 20, "x");
    const ids = (items: readonly { id: string }[]): string => items.map(({ id }) => id).join("");
    expect([ids(things.ordered), ids(things.group("group", "x")), ids(things.group("group", "z"))]).toEqual([
      "abc",
      "bc",
      "",
    ]);
    things.remove("b", 30);
    expect([ids(things.ordered), ids(things.group("group", "x")), things.size]).toEqual(["ac", "c", 2]);
    expect(() => add("a", 1, "x")).toThrow(/taken/);
    expect(things.change("b", { value: 1 }, 40)).toBeUndefined();
    expect(things.remove("b", 40)).toBeUndefined();
  });

  test("tells what was, as far back as it remembers", () => {
    const things = make();
    const valuesAt = (at: number): number[] => things.asOf(at).map(({ value }) => value.value);
    things.add({ id: "a", createdAt: 0, group: "x", value: 1 }, 0);
    things.change("a", { value: 2 }, 10);
    things.change("a", { value: 3 }, 10);
    things.change("a", { value: 4 }, 20);
    things.remove("a", 30);
    expect([-1, 0, 9, 10, 19, 20, 29, 30].map(valuesAt)).toEqual([[], [1], [1], [3], [3], [4], [4], []]);
  });

  test("does not remember for ever", () => {
    const things = make();
    things.add({ id: "a", createdAt: 0, group: "x", value: 0 }, 0);
    for (let at = 1; at <= 1000; at += 1) things.change("a", { value: at }, at);
    expect(things.asOf(995)[0]?.value.value).toBe(995);
    expect(things.asOf(100)).toEqual([]);
  });

  test("agrees with a plain list whatever happens", () => {
    const step = fc.record({
      kind: fc.constantFrom("add", "add", "change", "remove"),
      pick: fc.nat(20),
      back: fc.nat(5),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const things = make();
        let model: Thing[] = [];
        steps.forEach(({ kind, pick, back }, at) => {
          const chosen = model[pick % Math.max(1, model.length)];
          if (kind === "add") {
            const thing = { id: `id${at}`, createdAt: at - back, group: `g${pick % 3}`, value: 0 };
            things.add(thing, at);
            model = [...model, thing].toSorted((a, b) => a.createdAt - b.createdAt);
          } else if (chosen !== undefined && kind === "change") {
            const changes = { value: at, group: `g${back % 3}` };
            things.change(chosen.id, changes, at);
            model = model.map((one) => (one === chosen ? { ...one, ...changes } : one));
          } else if (chosen !== undefined) {
            things.remove(chosen.id, at);
            model = model.filter((one) => one !== chosen);
          }
        });
        expect(things.ordered.map(({ value }) => value)).toEqual(model);
        for (const group of ["g0", "g1", "g2"])
          expect(things.group("group", group).map(({ value }) => value)).toEqual(
            model.filter((one) => one.group === group),
          );
      }),
    );
  });
});

describe("a schedule", () => {
  test("runs what is due in order, each at its own instant", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.nat(50), (instants, now) => {
        const schedule = new Schedule();
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
    const schedule = new Schedule();
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
