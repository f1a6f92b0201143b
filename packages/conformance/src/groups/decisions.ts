import { expect } from "vitest";
import type { Bench } from "../bench.ts";
import { leavesAsItWas, refuses } from "../expectations.ts";
import type { Suite } from "../suite.ts";
import { skipWhereSettled } from "./directly.ts";

/** Cases 22, 37 and 66 once more: what is decided by what a driver shows, before anything is destroyed or made. */
export function decisionCases(suite: Suite): void {
  suite.test("22. A name in two regions means the volume in the driver's own", [], async (bench) => {
    const { driver, harness, storage, capabilities } = bench;
    const home = driver.defaultRegion;
    const far = harness.ids.regions.find((region) => region !== home);
    if (home === undefined || capabilities.volumeNames.scope !== "region")
      return bench.skip("names by region");
    if (far === undefined) return bench.skip("a second region");
    const name = bench.volumeName();
    const other = await bench.volume({ name, region: far });
    const own = await bench.volume({ name, region: home });
    expect((await storage.volumes.find({ name }))?.id).toBe(own.id);
    expect((await storage.volumes.find({ name, region: far }))?.id).toBe(other.id);
  });

  suite.test(
    "37. An attached volume that is to be deleted with its snapshots keeps them",
    ["volumes.attach"],
    async (bench) => {
      const [server] = bench.servers();
      const { id } = await bench.volume();
      await bench.snapshot(id);
      await bench.snapshot(id);
      await bench.storage.volumes.attach(id, server);
      const remove = (): Promise<unknown> => bench.storage.volumes.delete(id, { snapshots: "delete" });
      const error = await leavesAsItWas(bench, () => refuses(remove, "failed_precondition"));
      expect(error.resource).toMatchObject({ kind: "volume", id });
    },
  );

  for (const kind of ["volume", "snapshot"] as const) {
    suite.test(`66. Creations of a ${kind} that fail do not pile up`, [], async (bench) => {
      const target = `${kind}s.create` as const;
      await skipWhereSettled(bench, target);
      const { name, create, held } = await creationOf(bench, kind);
      bench.remember(kind, name);
      bench.inject({ on: target, effect: "fail_later" });
      await refuses(create, "operation_failed");
      if (bench.capabilities[`${kind}Names`].enforced) {
        // The provider itself refuses another one: what failed is named, and is the caller's to delete.
        await refuses(create, "conflict");
        expect(await held()).toHaveLength(1);
        return;
      }
      expect(await held()).toEqual([]);
      await create();
      expect(await held()).toMatchObject([{ ready: true }]);
    });
  }
}

async function creationOf(
  bench: Bench,
  kind: "volume" | "snapshot",
): Promise<{
  readonly name: string;
  readonly create: () => Promise<unknown>;
  readonly held: () => Promise<readonly { readonly ready: boolean }[]>;
}> {
  const { volumes, snapshots } = bench.storage;
  if (kind === "volume") {
    const name = bench.volumeName();
    return {
      name,
      create: () => volumes.create({ name, sizeGiB: bench.size() }),
      held: async () => (await bench.holds()).volumes.filter((each) => each.name === name),
    };
  }
  const { id: volumeId } = await bench.volume();
  const name = bench.snapshotName();
  return {
    name,
    create: async () => {
      await bench.passGap();
      return await snapshots.create({ volumeId, name });
    },
    held: async () => (await bench.holds()).snapshots.filter((each) => each.name === name),
  };
}
