import type { CreateSnapshotInput } from "@polyvol/core";
import { expect } from "vitest";
import { nameOfLength } from "../bench.ts";
import { idsOf, leavesAsItWas, refuses, refusesLocally } from "../expectations.ts";
import type { Suite } from "../suite.ts";
import { SOME_TAGS } from "./exercises.ts";

/** How much later than the answer's arrival a creation time may be. */
const ALLOWED_SKEW_MS = 2_000;

/** Cases 42 to 58, without 47 (operations) and 53 (paging). */
export function snapshotCases(suite: Suite): void {
  suite.test("42. Create without a name or a volume is refused locally", [], async (bench) => {
    const { snapshots } = bench.storage;
    const { id: volumeId } = await bench.volume();
    const name = bench.snapshotName();
    const inputs = [{ volumeId, name: "" }, { volumeId: "", name }, { volumeId }, { name }];
    for (const input of inputs) {
      await refusesLocally(bench, () => snapshots.create(input as CreateSnapshotInput), "invalid_argument");
    }
  });

  suite.test("43. Create again with the same name and volume gives the first snapshot", [], async (bench) => {
    const { id: volumeId } = await bench.volume();
    const name = bench.snapshotName();
    const first = await bench.storage.snapshots.create({ volumeId, name });
    const again = await leavesAsItWas(bench, () => bench.storage.snapshots.create({ volumeId, name }));
    expect(again.id, "the second create, at once").toBe(first.id);
    const later = await leavesAsItWas(bench, () => bench.snapshot(volumeId, { name }));
    expect(later.id, "the third create, after the provider's gap").toBe(first.id);
  });

  suite.test(
    "44. Create with the same name on another volume follows the declared scope",
    [],
    async (bench) => {
      const name = bench.snapshotName();
      const first = await bench.snapshot((await bench.volume()).id, { name });
      const other = await bench.volume();
      const { enforced, scope } = bench.capabilities.snapshotNames;
      if (enforced && scope === "account") {
        await leavesAsItWas(bench, () => refuses(() => bench.snapshot(other.id, { name }), "already_exists"));
        return;
      }
      const second = await bench.snapshot(other.id, { name });
      expect(second.id).not.toBe(first.id);
      expect(second).toMatchObject({ name, volumeId: other.id });
    },
  );

  suite.test("45. Create with the longest name works; one more character is refused", [], async (bench) => {
    const rule = bench.limits.snapshotName;
    const name = nameOfLength(rule, rule.maxLength);
    const { id: volumeId } = await bench.volume();
    const { id } = await bench.snapshot(volumeId, { name });
    expect((await bench.storage.snapshots.get(id)).name).toBe(name);
    const longer = { volumeId, name: `${name}0` };
    await refusesLocally(bench, () => bench.storage.snapshots.create(longer), "invalid_argument");
  });

  suite.test("46. Create from an unknown volume: not_found", [], async (bench) => {
    const missing = (): Promise<unknown> => bench.snapshot(bench.harness.ids.missingVolume);
    await leavesAsItWas(bench, () => refuses(missing, "not_found"));
  });

  suite.test("48. The creation time is an instant between request and answer", [], async (bench) => {
    await bench.clock.sleep(60_000);
    const before = bench.clock.now();
    const volume = await bench.volume();
    const snapshot = await bench.storage.snapshots.create({
      volumeId: volume.id,
      name: bench.snapshotName(),
    });
    const after = bench.clock.now();
    for (const { createdAt } of [volume, snapshot]) {
      expect(createdAt).toBeInstanceOf(Date);
      expect(createdAt.getTime()).toBeGreaterThanOrEqual(before - ALLOWED_SKEW_MS);
      expect(createdAt.getTime()).toBeLessThanOrEqual(after + ALLOWED_SKEW_MS);
    }
  });

  suite.test("49. Get gives the snapshot; of an unknown id: not_found", [], async (bench) => {
    const { snapshots } = bench.storage;
    const volume = await bench.volume();
    const made = await bench.snapshot(volume.id);
    const read = await snapshots.get(made.id);
    expect(read).toMatchObject({
      id: made.id,
      name: made.name,
      provider: bench.driver.provider,
      volumeId: volume.id,
      state: "available",
      createdAt: made.createdAt,
      minVolumeSizeGiB: volume.sizeGiB,
    });
    expect(read.regions.length).toBeGreaterThan(0);
    await refuses(() => snapshots.get(bench.harness.ids.missingSnapshot), "not_found");
  });

  suite.test("50. Listing by volume gives only its snapshots, by an unknown one none", [], async (bench) => {
    const { snapshots } = bench.storage;
    const one = await bench.snapshot((await bench.volume()).id);
    const other = await bench.snapshot((await bench.volume()).id);
    for (const each of [one, other]) {
      expect(idsOf(await snapshots.list({ volumeId: each.volumeId }).toArray())).toEqual([each.id]);
    }
    expect(await snapshots.list({ volumeId: bench.harness.ids.missingVolume }).toArray()).toEqual([]);
    expect(idsOf(await snapshots.list().toArray())).toEqual(idsOf([one, other]));
  });

  suite.test("51. Listing by a snapshot's key gives exactly it, or none", [], async (bench) => {
    const { snapshots } = bench.storage;
    const { id: volumeId } = await bench.volume();
    const made = await bench.snapshot(volumeId);
    await bench.snapshot(volumeId);
    const missing = bench.snapshotName();
    expect(idsOf(await snapshots.list({ volumeId, name: made.name }).toArray())).toEqual([made.id]);
    expect(await snapshots.list({ volumeId, name: missing }).toArray()).toEqual([]);
    expect((await snapshots.find({ volumeId, name: made.name }))?.id).toBe(made.id);
    expect(await snapshots.find({ volumeId, name: missing })).toBeUndefined();
  });

  suite.test("52. A create adds one to the count, a delete takes it away", [], async (bench) => {
    const { snapshots } = bench.storage;
    const { id } = await bench.volume();
    await bench.snapshot(id);
    const count = async (): Promise<number> => (await snapshots.list().toArray()).length;
    const before = await count();
    const made = await bench.snapshot(id);
    expect(await count()).toBe(before + 1);
    await snapshots.delete(made.id);
    expect(await count()).toBe(before);
    expect((await bench.holds()).snapshots).toHaveLength(before);
  });

  suite.test("54. Delete of an unknown id succeeds; delete twice succeeds twice", [], async (bench) => {
    const { snapshots } = bench.storage;
    const { id } = await bench.snapshot((await bench.volume()).id);
    await leavesAsItWas(bench, () => snapshots.delete(bench.harness.ids.missingSnapshot));
    await snapshots.delete(id);
    expect((await bench.holds()).snapshots).toEqual([]);
    await snapshots.delete(id);
  });

  suite.test("54. Delete of a snapshot that is still being made succeeds", [], async (bench) => {
    const { snapshots } = bench.storage;
    const { id: volumeId } = await bench.volume();
    const begun = await snapshots.beginCreate({ volumeId, name: bench.snapshotName() });
    // A provider that refuses it for now is waited for, where its driver says that the refusal passes.
    await snapshots.delete(begun.resource.id);
    expect((await bench.holds()).snapshots, "snapshots held after the delete").toEqual([]);
  });

  suite.test(
    "55. Delete of a snapshot in use waits for the use to end, or: failed_precondition",
    ["volumes.createFromSnapshot"],
    async (bench) => {
      const { volumes, snapshots } = bench.storage;
      const snapshot = await bench.snapshot((await bench.volume()).id);
      const name = bench.volumeName();
      const restore = await volumes.beginCreate({ name, sourceSnapshotId: snapshot.id });
      const refused = await snapshots.delete(snapshot.id).then(
        () => undefined,
        (error: unknown) => error,
      );
      const held = (await bench.holds()).snapshots.map((each) => each.id);
      if (refused === undefined) {
        expect(held).toEqual([]);
      } else {
        expect(refused).toMatchObject({ code: "failed_precondition" });
        expect(held).toEqual([snapshot.id]);
      }
      expect((await restore.wait()).state, "the volume that was being made from it").toBe("available");
    },
  );

  suite.test(
    "56. A snapshot outlives its volume and can then be restored",
    ["snapshots.outliveVolume", "volumes.createFromSnapshot"],
    async (bench) => {
      const { volumes, snapshots } = bench.storage;
      const volume = await bench.volume();
      const { id } = await bench.snapshot(volume.id);
      await volumes.delete(volume.id);
      expect(await snapshots.get(id)).toMatchObject({ volumeId: volume.id, state: "available" });
      expect(idsOf(await snapshots.list().toArray())).toEqual([id]);
      const restored = await bench.volume({ sourceSnapshotId: id });
      expect(restored).toMatchObject({ sizeGiB: volume.sizeGiB, state: "available" });
    },
  );

  suite.test("57. One snapshot more than a volume may have: resource_exhausted", [], async (bench) => {
    const limit = bench.limit("snapshotsPerVolume");
    const { id } = await bench.volume();
    for (let count = 0; count < limit; count += 1) await bench.snapshot(id);
    const refused = await leavesAsItWas(bench, () => refuses(() => bench.snapshot(id), "resource_exhausted"));
    expect(refused.outcome, "outcome").toBe("not_applied");
  });

  suite.test(
    "57. A snapshot too soon after another: rate_limited, with a time to wait",
    [],
    async (bench) => {
      const gap = bench.limit("snapshotGapMs");
      const { snapshots } = bench.storage;
      const { id: volumeId } = await bench.volume();
      const name = bench.snapshotName();
      await bench.snapshot(volumeId);
      const before = bench.clock.now();
      const soon = (): Promise<unknown> => snapshots.create({ volumeId, name });
      const error = await leavesAsItWas(bench, () => refuses(soon, "rate_limited"));
      expect(bench.clock.now() - before, "it is said at once").toBeLessThan(gap / 2);
      const wait = error.retryAfterMs ?? 0;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(gap);
      await bench.clock.sleep(wait + 1_000);
      expect((await snapshots.create({ volumeId, name })).state).toBe("available");
    },
  );

  suite.test(
    "58. Tags of a volume are returned by get and by list",
    ["volumes.tags", "volumes.readTags"],
    async (bench) => {
      const { id } = await bench.volume({ tags: SOME_TAGS });
      expect((await bench.storage.volumes.get(id)).tags).toEqual(SOME_TAGS);
      expect((await bench.storage.volumes.list().toArray())[0]?.tags).toEqual(SOME_TAGS);
    },
  );

  suite.test("58. Tags of a snapshot are returned by get and by list", ["snapshots.tags"], async (bench) => {
    const { id } = await bench.snapshot((await bench.volume()).id, { tags: SOME_TAGS });
    expect((await bench.storage.snapshots.get(id)).tags).toEqual(SOME_TAGS);
    expect((await bench.storage.snapshots.list().toArray())[0]?.tags).toEqual(SOME_TAGS);
  });

  suite.notInThisVersion("59. A snapshot of a group of volumes");
}
