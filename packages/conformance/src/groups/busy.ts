import type { Capability } from "@polyvol/core";
import { expect } from "vitest";
import type { Bench } from "../bench.ts";
import type { BusyTarget } from "../harness.ts";
import type { Suite } from "../suite.ts";

/** More refusals than a failing service gets attempts, and fewer than a busy resource does. */
const REFUSALS = 10;

interface BusyChange {
  readonly on: BusyTarget;
  readonly needs: readonly Capability[];
  /** Makes what it needs, and returns the change, which says whether it has come about. */
  readonly prepare: (bench: Bench) => Promise<() => Promise<boolean>>;
}

const CHANGES: readonly BusyChange[] = [
  {
    on: "volumes.resize",
    needs: ["volumes.resize"],
    prepare: async (bench) => {
      const { id } = await bench.volume();
      const size = bench.size(1);
      return async () => (await bench.storage.volumes.resize(id, size)).sizeGiB === size;
    },
  },
  {
    on: "volumes.delete",
    needs: [],
    prepare: async (bench) => {
      const { id } = await bench.volume();
      return async () => {
        await bench.storage.volumes.delete(id);
        return (await bench.holds()).volumes.every((each) => each.id !== id);
      };
    },
  },
  {
    on: "snapshots.create",
    needs: [],
    prepare: async (bench) => {
      const { id } = await bench.volume();
      return async () => (await bench.snapshot(id)).state === "available";
    },
  },
  {
    on: "snapshots.delete",
    needs: [],
    prepare: async (bench) => {
      const { id } = await bench.snapshot((await bench.volume()).id);
      return async () => {
        await bench.storage.snapshots.delete(id);
        return (await bench.holds()).snapshots.every((each) => each.id !== id);
      };
    },
  },
];

/** Case 72. */
export function busyCases(suite: Suite): void {
  for (const { on, needs, prepare } of CHANGES) {
    suite.test(
      `72. A busy resource that refuses ${on} is waited for until it is free`,
      needs,
      async (bench) => {
        if (bench.harness.faults.busy?.includes(on) !== true)
          return bench.skip(
            `a service that is known to refuse ${on} while the resource is busy (named in faults.busy of the harness)`,
          );
        const change = await prepare(bench);
        bench.inject({ on, effect: "busy", count: REFUSALS });
        expect(await change(), `${on} after ${REFUSALS} refusals`).toBe(true);
      },
    );
  }
}
