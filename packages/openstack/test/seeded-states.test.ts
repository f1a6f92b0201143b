/** States that what the emulator has not brings: seeded, they are met as those of the real service. */
import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openEmulatedCloud } from "./emulated-cloud.ts";

const VOLUME = "593fc166-8aaf-42a5-9ada-b650ebf76807";
const SNAPSHOT = "c0c9d672-9bd0-4bc9-b976-c0946e156873";

test.each([
  ["awaiting-transfer", "available", (storage: BlockStorage) => storage.volumes.delete(VOLUME)],
  [
    "maintenance",
    "available",
    (storage: BlockStorage) => storage.snapshots.create({ volumeId: VOLUME, name: "s" }),
  ],
  ["error_deleting", "available", (storage: BlockStorage) => storage.volumes.resize(VOLUME, 2)],
  ["available", "error_deleting", (storage: BlockStorage) => storage.snapshots.delete(SNAPSHOT)],
] as const)("a volume that is %s with a snapshot that is %s", async (status, ofSnapshot, change) => {
  const clock = createVirtualClock();
  clock.runFreely();
  const { emulator, connection, close } = await openEmulatedCloud(clock);
  onTestFinished(() => close());
  emulator.seed({
    volumes: [{ id: VOLUME, name: "db", status }],
    snapshots: [{ id: SNAPSHOT, name: "old", volume_id: VOLUME, status: ofSnapshot }],
  });
  const error = await failureOf(change(createOpenStackStorage(connection())));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied", retryable: false });
  expect(error.reason).toContain(status === "available" ? ofSnapshot : status);
});
