import type { UpdateSnapshotInput } from "@polyvol/core";
import { expect } from "vitest";
import { idsOf, leavesAsItWas, refuses, refusesLocally, sendsNoChange } from "../expectations.ts";
import type { Suite } from "../suite.ts";

/** Cases 33 to 41. */
export function volumeChangeCases(suite: Suite): void {
  suite.test("33. Delete without an id is refused locally", [], async (bench) => {
    const { volumes, snapshots } = bench.storage;
    const nothing = undefined as unknown as string;
    await refusesLocally(bench, () => volumes.delete(""), "invalid_argument");
    await refusesLocally(bench, () => volumes.delete(nothing), "invalid_argument");
    await refusesLocally(bench, () => snapshots.delete(""), "invalid_argument");
  });

  suite.test("34. Delete of an unknown id succeeds", [], async (bench) => {
    await bench.volume();
    await leavesAsItWas(bench, () => bench.storage.volumes.delete(bench.harness.ids.missingVolume));
  });

  suite.test("35. Delete twice succeeds twice", [], async (bench) => {
    const { id } = await bench.volume();
    await bench.storage.volumes.delete(id);
    expect((await bench.holds()).volumes.filter((each) => each.id === id)).toEqual([]);
    await bench.storage.volumes.delete(id);
    await refuses(() => bench.storage.volumes.get(id), "not_found");
  });

  suite.test("36. Delete of an attached volume: failed_precondition", ["volumes.attach"], async (bench) => {
    const [server] = bench.servers();
    const { id } = await bench.volume();
    await bench.storage.volumes.attach(id, server);
    const remove = (): Promise<unknown> => bench.storage.volumes.delete(id);
    await leavesAsItWas(bench, () => refuses(remove, "failed_precondition"));
    const { attachments } = await bench.storage.volumes.get(id);
    expect(attachments.map((each) => each.serverId)).toEqual([server]);
  });

  suite.test("37. Delete of a volume that has snapshots keeps them, or is refused", [], async (bench) => {
    const { volumes, snapshots } = bench.storage;
    const { id } = await bench.volume();
    const snapshot = await bench.snapshot(id);
    if (bench.capabilities.supports.includes("snapshots.outliveVolume")) {
      await volumes.delete(id);
      expect((await bench.holds()).volumes).toEqual([]);
    } else {
      await leavesAsItWas(bench, () => refuses(() => volumes.delete(id), "failed_precondition"));
    }
    expect((await snapshots.get(snapshot.id)).state).toBe("available");
  });

  suite.test("37. Delete of a volume together with its snapshots takes all of them", [], async (bench) => {
    const { id } = await bench.volume();
    const other = await bench.snapshot((await bench.volume()).id);
    await bench.snapshot(id);
    await bench.snapshot(id);
    await bench.storage.volumes.delete(id, { snapshots: "delete" });
    const { volumes, snapshots } = await bench.holds();
    expect(idsOf(volumes)).toEqual([other.volumeId]);
    expect(idsOf(snapshots)).toEqual([other.id]);
  });

  suite.test("38. Resize without an id or a size is refused locally", ["volumes.resize"], async (bench) => {
    const { volumes } = bench.storage;
    const { id } = await bench.volume();
    const nothing = undefined as unknown as number;
    await refusesLocally(bench, () => volumes.resize("", bench.size(1)), "invalid_argument");
    await refusesLocally(bench, () => volumes.resize(id, nothing), "invalid_argument");
    await refusesLocally(bench, () => volumes.resize(id, Number.NaN), "invalid_argument");
    const { maximumGiB, stepGiB } = bench.limits.volumeSize;
    await refusesLocally(bench, () => volumes.resize(id, maximumGiB + stepGiB), "out_of_range");
  });

  suite.test("39. Resize up ends with the new size", ["volumes.resize"], async (bench) => {
    const { id } = await bench.volume();
    const grown = await bench.storage.volumes.resize(id, bench.size(2));
    expect(grown).toMatchObject({ id, sizeGiB: bench.size(2), state: "available" });
    expect((await bench.storage.volumes.get(id)).sizeGiB).toBe(bench.size(2));
  });

  suite.test(
    "39. Resize to the current size succeeds and sends no change",
    ["volumes.resize"],
    async (bench) => {
      const { id } = await bench.volume();
      const same = await sendsNoChange(bench, () => bench.storage.volumes.resize(id, bench.size()));
      expect(same.sizeGiB).toBe(bench.size());
    },
  );

  suite.test("40. Resize down: out_of_range", ["volumes.resize"], async (bench) => {
    const { id } = await bench.volume({ sizeGiB: bench.size(2) });
    const shrink = (): Promise<unknown> => bench.storage.volumes.resize(id, bench.size(1));
    await sendsNoChange(bench, () => refuses(shrink, "out_of_range"));
    expect((await bench.storage.volumes.get(id)).sizeGiB).toBe(bench.size(2));
  });

  suite.test("41. Modify with an unsupported field changes nothing", ["snapshots.update"], async (bench) => {
    const { snapshots } = bench.storage;
    const snapshot = await bench.snapshot((await bench.volume()).id);
    const changes = { name: bench.snapshotName(), colour: "blue" } as UpdateSnapshotInput;
    await refusesLocally(bench, () => snapshots.update(snapshot.id, changes), "invalid_argument");
    await refusesLocally(bench, () => snapshots.update(snapshot.id, {}), "invalid_argument");
    expect((await snapshots.get(snapshot.id)).name).toBe(snapshot.name);
  });
}
