import type { Capability } from "@polyvol/core";
import { expect } from "vitest";
import { ALWAYS, type Bench } from "../bench.ts";
import { failure } from "../expectations.ts";
import type { FaultEffect, FaultTarget } from "../harness.ts";
import type { Suite } from "../suite.ts";
import { CREATE_DIRECTLY } from "./directly.ts";

/** Ways in which the answer to a change can be unclear, with and without the change having been carried out. */
const UNCLEAR: readonly FaultEffect[] = ["lose_answer", "unavailable_after", "cut", "unavailable_before"];

interface Creation {
  readonly title: string;
  readonly target: FaultTarget;
  readonly kind: "volumes" | "snapshots";
  readonly needs: readonly Capability[];
  /** Makes what it needs, and returns the creation under one name, for any number of callers. */
  readonly prepare: (
    bench: Bench,
  ) => Promise<(storage: Bench["storage"]) => Promise<{ readonly id: string }>>;
}

const CREATIONS: readonly Creation[] = [
  {
    title: "a volume",
    target: "volumes.create",
    kind: "volumes",
    needs: [],
    prepare: async (bench) => {
      const input = { name: bench.volumeName(), sizeGiB: bench.size() };
      return (storage) => storage.volumes.create(input);
    },
  },
  {
    title: "a snapshot",
    target: "snapshots.create",
    kind: "snapshots",
    needs: [],
    prepare: async (bench) => {
      const input = { volumeId: (await bench.volume()).id, name: bench.snapshotName() };
      return (storage) => storage.snapshots.create(input);
    },
  },
  {
    title: "a larger volume from a snapshot",
    target: "volumes.create",
    kind: "volumes",
    needs: ["volumes.createFromSnapshot"],
    prepare: async (bench) => {
      const { id } = await bench.snapshot((await bench.volume()).id);
      const input = { name: bench.volumeName(), sourceSnapshotId: id, sizeGiB: bench.size(2) };
      return (storage) => storage.volumes.create(input);
    },
  },
];

/** Cases 64, 65 and 68. */
export function faultCases(suite: Suite): void {
  for (const { title, target, kind, needs, prepare } of CREATIONS) {
    for (const effect of UNCLEAR) {
      for (const count of [1, 2]) {
        const times = count === 1 ? "once" : "twice";
        suite.test(
          `64. Creating ${title} survives ${effect} ${times} with exactly one`,
          needs,
          async (bench) => {
            const create = await prepare(bench);
            const before = (await bench.holds())[kind].length;
            bench.inject({ on: target, effect, count });
            const { id } = await create(bench.storage);
            const held = (await bench.holds())[kind];
            expect(held.length - before, `${kind} that the provider holds more than before`).toBe(1);
            const made = held.find((each) => each.id === id);
            expect(made, "what the create returned, as the provider holds it").toMatchObject({ ready: true });
          },
        );
      }
    }

    suite.test(`68. Two processes creating ${title} at once end with one`, needs, async (bench) => {
      const create = await prepare(bench);
      const before = (await bench.holds())[kind].length;
      const [one, other] = await Promise.all([create(bench.storage), create(bench.secondProcess())]);
      expect(one.id).toBe(other.id);
      const held = (await bench.holds())[kind];
      expect(held).toHaveLength(before + 1);
      expect(held.find((each) => each.id === one.id)?.ready).toBe(true);
    });

    suite.test(`68. Two processes creating ${title} at once survive a lost answer`, needs, async (bench) => {
      const create = await prepare(bench);
      const before = (await bench.holds())[kind].length;
      bench.inject({ on: target, effect: "lose_answer" });
      const results = await Promise.allSettled([create(bench.storage), create(bench.secondProcess())]);
      const held = (await bench.holds())[kind];
      const made = results.filter((each) => each.status === "fulfilled").map((each) => each.value.id);
      // Where names are not enforced and carry no mark, nobody may delete the surplus: then it is reported.
      const unresolved = results.filter((each) => each.status === "rejected").map((each) => each.reason);
      for (const reason of unresolved) expect(reason).toMatchObject({ code: "conflict" });
      if (unresolved.length === 0) {
        expect(new Set(made).size).toBe(1);
        expect(held).toHaveLength(before + 1);
      }
      for (const id of made) expect(held.map((each) => each.id)).toContain(id);
    });
  }

  for (const target of ["volumes.create", "snapshots.create"] as const) {
    for (const effect of ["lose_answer", "unavailable_after"] as const) {
      suite.test(
        `64. The driver itself calls the outcome of ${target} unknown under ${effect}`,
        [],
        async (bench) => {
          const create = await CREATE_DIRECTLY[target](bench);
          bench.inject({ on: target, effect, count: ALWAYS });
          const { code, outcome } = await failure(create);
          expect(outcome, `outcome of the error ${code}, although the request was carried out`).toBe(
            "unknown",
          );
        },
      );
    }
  }

  for (const effect of UNCLEAR) {
    suite.test(`65. Deleting a volume survives ${effect}`, [], async (bench) => {
      const { id } = await bench.volume();
      bench.inject({ on: "volumes.delete", effect });
      await bench.storage.volumes.delete(id);
      expect((await bench.holds()).volumes).toEqual([]);
    });

    suite.test(`65. Deleting a snapshot survives ${effect}`, [], async (bench) => {
      const { id } = await bench.snapshot((await bench.volume()).id);
      bench.inject({ on: "snapshots.delete", effect });
      await bench.storage.snapshots.delete(id);
      expect((await bench.holds()).snapshots).toEqual([]);
    });
  }
}
