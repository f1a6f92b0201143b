import { expect } from "vitest";
import type { Bench } from "../bench.ts";
import { refuses } from "../expectations.ts";
import type { Suite } from "../suite.ts";
import { DIRECT_TARGETS, type DirectTarget, skipWhereSettled } from "./directly.ts";

/** Longest time, on the clock, that a pending snapshot may take in the kit. */
const LONGEST_MS = 3_600_000;

/** Cases 47 and 66. */
export function operationCases(suite: Suite): void {
  suite.test(
    "47. A snapshot being made is reported as pending, never as usable before it is",
    [],
    async (bench) => {
      const { snapshots } = bench.storage;
      const { id: volumeId } = await bench.volume();
      const name = bench.snapshotName();
      const begun = await snapshots.beginCreate({ volumeId, name });
      const { id } = begun.resource;
      const ready = async (): Promise<boolean> =>
        (await bench.holds()).snapshots.some((each) => each.id === id && each.ready);
      expect(begun.created).toBe(true);
      expect(begun.ref.resourceId).toBe(id);
      const end = bench.clock.now() + LONGEST_MS;
      for (;;) {
        const readyBefore = await ready();
        const status = await begun.status();
        const { state } = await snapshots.get(id);
        if (!readyBefore && !(await ready())) {
          expect(status.state).toBe("running");
          expect(state).not.toBe("available");
        }
        if (status.state === "succeeded") break;
        expect(status.state).toBe("running");
        expect(bench.clock.now()).toBeLessThan(end);
        await bench.clock.sleep(500);
      }
      expect(await ready()).toBe(true);
      expect((await begun.wait()).state).toBe("available");
      expect(begun.resource.state).toBe("available");
    },
  );

  for (const target of DIRECT_TARGETS) {
    const change = CHANGES[target];
    suite.test(
      `66. ${change.title} that fails rejects within one poll of the failure`,
      change.needs,
      async (bench) => {
        await skipWhereSettled(bench, target);
        const normal = await timeOf(bench, await change.prepare(bench));
        bench.inject({ on: target, effect: "fail_later" });
        const work = await change.prepare(bench);
        const start = bench.clock.now();
        const error = await refuses(work, "operation_failed");
        const { maxDelayMs } = bench.driver.polling;
        expect(bench.clock.now() - start).toBeLessThanOrEqual(normal + maxDelayMs + 1_000);
        expect(error.resource?.id).toBeTypeOf("string");
      },
    );
  }
}

async function timeOf(bench: Bench, work: () => Promise<unknown>): Promise<number> {
  const start = bench.clock.now();
  await work();
  return bench.clock.now() - start;
}

interface SlowChange {
  readonly title: string;
  readonly needs: readonly ("volumes.resize" | "volumes.attach")[];
  /** Makes what the change needs, and returns the change. */
  readonly prepare: (bench: Bench) => Promise<() => Promise<unknown>>;
}

const CHANGES: Readonly<Record<DirectTarget, SlowChange>> = {
  "volumes.create": {
    title: "The creation of a volume",
    needs: [],
    prepare: async (bench) => () => bench.volume(),
  },
  "snapshots.create": {
    title: "The creation of a snapshot",
    needs: [],
    prepare: async (bench) => {
      const { id: volumeId } = await bench.volume();
      return () => bench.storage.snapshots.create({ volumeId, name: bench.snapshotName() });
    },
  },
  "volumes.resize": {
    title: "A resize",
    needs: ["volumes.resize"],
    prepare: async (bench) => {
      const { id } = await bench.volume();
      return () => bench.storage.volumes.resize(id, bench.size(1));
    },
  },
  "volumes.attach": {
    title: "An attach",
    needs: ["volumes.attach"],
    prepare: async (bench) => {
      const { id } = await bench.volume();
      const [, server] = bench.servers();
      return () => bench.storage.volumes.attach(id, server);
    },
  },
};
