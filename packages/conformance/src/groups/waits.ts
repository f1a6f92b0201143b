import type { BlockStorage } from "@polyvol/core";
import type { BlockStorageDriver } from "@polyvol/core/driver";
import { expect } from "vitest";
import type { Bench } from "../bench.ts";
import { refuses } from "../expectations.ts";
import { type FaultTarget, TOO_MANY_PAUSE_MS } from "../harness.ts";
import type { Suite } from "../suite.ts";
import { skipWhereSettled } from "./directly.ts";

/** A change that the provider drops is told within so long, on the clock. */
const SOON_MS = 180_000;

/** A storage over the driver, of which one method is another: the provider accepts, and does nothing. */
function storageWith(bench: Bench, change: Partial<BlockStorageDriver>): BlockStorage {
  return bench.storageOn({ ...bench.driver, ...change });
}

async function refusesSoon(bench: Bench, work: () => Promise<unknown>): Promise<void> {
  const start = bench.clock.now();
  const error = await refuses(work, "operation_failed");
  expect(error.outcome, "outcome of what was accepted").toBe("unknown");
  expect(bench.clock.now() - start, "milliseconds until it is told").toBeLessThan(SOON_MS);
}

const accepts = async (): Promise<object> => ({});

/** Further cases 64 and 66: waits that end when they should, and only then. */
export function waitCases(suite: Suite): void {
  suite.test("66. The deletion of a volume that is dropped is told, not waited for", [], async (bench) => {
    const { id } = await bench.volume();
    const { volumes } = storageWith(bench, { deleteVolume: accepts });
    await refusesSoon(bench, () => volumes.delete(id));
  });

  suite.test("66. The deletion of a snapshot that is dropped is told, not waited for", [], async (bench) => {
    const { id } = await bench.snapshot((await bench.volume()).id);
    const { snapshots } = storageWith(bench, { deleteSnapshot: accepts });
    await refusesSoon(bench, () => snapshots.delete(id));
  });

  suite.test(
    "66. A resize that comes to nothing is told, not waited for",
    ["volumes.resize"],
    async (bench) => {
      const { id } = await bench.volume();
      const { volumes } = storageWith(bench, { resizeVolume: accepts });
      await refusesSoon(bench, () => volumes.resize(id, bench.size(1)));
    },
  );

  suite.test(
    "66. An attach and a detach that come to nothing are told, not waited for",
    ["volumes.attach"],
    async (bench) => {
      const { id } = await bench.volume();
      const [server] = bench.servers();
      const { volumes } = storageWith(bench, { attachVolume: accepts, detachVolume: accepts });
      await refusesSoon(bench, () => volumes.attach(id, server));
      await bench.storage.volumes.attach(id, server);
      await refusesSoon(bench, () => volumes.detach(id, server));
    },
  );

  suite.test(
    "66. Reads that fail for a while end no wait for a resize",
    ["volumes.resize"],
    async (bench) => {
      await skipWhereSettled(bench, "volumes.resize");
      const { id } = await bench.volume();
      let seen = 0;
      const resized = await bench.storage.volumes.resize(id, bench.size(1), {
        // More than one look's own attempts, once the wait has begun.
        onProgress: () => {
          seen += 1;
          if (seen === 1) bench.inject({ on: "volumes.get", effect: "unavailable_before", count: 6 });
        },
      });
      expect(resized.sizeGiB).toBe(bench.size(1));
    },
  );

  const refused: readonly (readonly [FaultTarget, (bench: Bench) => Promise<unknown>])[] = [
    ["volumes.create", (bench) => bench.volume()],
    [
      "snapshots.create",
      async ({ storage, snapshotName, volume }) =>
        await storage.snapshots.create({ volumeId: (await volume()).id, name: snapshotName() }),
    ],
    ["volumes.list", ({ storage }) => storage.volumes.list().toArray()],
  ];
  for (const [target, work] of refused) {
    suite.test(`64. Refused as too many, ${target} is sent again when it may be`, [], async (bench) => {
      bench.inject({ on: target, effect: "too_many" });
      const start = bench.clock.now();
      await work(bench);
      expect(bench.clock.now() - start, "milliseconds waited").toBeGreaterThanOrEqual(TOO_MANY_PAUSE_MS);
      expect(bench.clock.now() - start, "milliseconds waited").toBeLessThan(SOON_MS);
    });
  }
}
