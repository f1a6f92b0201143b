/** What a create asks for by its own options: where the volume is, and of which volume it is a copy. */
import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openEmulatedCloud } from "./emulated-cloud.ts";

async function open() {
  const clock = createVirtualClock();
  clock.runFreely();
  const { connection, close } = await openEmulatedCloud(clock, { zones: ["here", "there"] });
  onTestFinished(() => close());
  const storage = createOpenStackStorage(connection());
  const create = (name: string, openstack: object = {}, sourceSnapshotId?: string) =>
    storage.volumes.create({
      name,
      sizeGiB: 1,
      sourceSnapshotId,
      providerOptions: { openstack: { ...openstack } },
    });
  return { storage, create };
}

test("a volume of the name in another zone, or that is no copy of the one asked for, is not taken for it", async () => {
  const { create } = await open();
  const { id: sourceVolumeId } = await create("source");
  const { id } = await create("db");
  for (const [options, words] of [
    [{ availabilityZone: "there" }, "it is in the zone here, asked for was there"],
    [{ sourceVolumeId }, `it was copied from no known volume, asked for was volume ${sourceVolumeId}`],
  ] as const) {
    const error = await failureOf(create("db", options));
    expect(error).toMatchObject({ code: "already_exists", outcome: "not_applied", resource: { id } });
    expect(error.reason).toContain(words);
  }
  expect((await create("db", { availabilityZone: "here" })).id).toBe(id);
  const copy = await create("copy", { sourceVolumeId });
  expect((await create("copy", { sourceVolumeId: sourceVolumeId.toUpperCase() })).id).toBe(copy.id);
});

test("what is made of a snapshot is in its zone, and is refused in another", async () => {
  const { storage, create } = await open();
  const { id: volumeId } = await create("db", { availabilityZone: "there" });
  const { id: snapshotId } = await storage.snapshots.create({ volumeId, name: "night" });
  expect((await create("restored", {}, snapshotId)).zone).toBe("there");
  expect(await failureOf(create("elsewhere", { availabilityZone: "here" }, snapshotId))).toMatchObject({
    code: "invalid_argument",
    outcome: "not_applied",
    reason: expect.stringContaining("same availability zone as the snapshot"),
  });
});
