/** States that what the emulator has not brings: seeded, they are met as those of the real service. */
import type { BlockStorage } from "@polyvol/core";
import { createVirtualClock } from "@polyvol/core/driver";
import { createOpenStackStorage, type OpenStackStorageOptions } from "@polyvol/openstack";
import { expect, onTestFinished, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openEmulatedCloud } from "./emulated-cloud.ts";

const VOLUME = "593fc166-8aaf-42a5-9ada-b650ebf76807";
const SNAPSHOT = "c0c9d672-9bd0-4bc9-b976-c0946e156873";

async function open(options: OpenStackStorageOptions = {}) {
  const clock = createVirtualClock();
  clock.runFreely();
  const { emulator, connection, close } = await openEmulatedCloud(clock);
  onTestFinished(() => close());
  return { emulator, storage: createOpenStackStorage({ ...connection(), ...options }) };
}

test.each([
  ["awaiting-transfer", "available", (storage: BlockStorage) => storage.volumes.delete(VOLUME)],
  [
    "awaiting-transfer",
    "available",
    (storage: BlockStorage) => storage.snapshots.create({ volumeId: VOLUME, name: "s" }),
  ],
  ["error_deleting", "available", (storage: BlockStorage) => storage.volumes.resize(VOLUME, 2)],
  ["available", "error_deleting", (storage: BlockStorage) => storage.snapshots.delete(SNAPSHOT)],
] as const)("a volume that is %s with a snapshot that is %s", async (status, ofSnapshot, change) => {
  const { storage, emulator } = await open();
  emulator.seed({
    volumes: [{ id: VOLUME, name: "db", status }],
    snapshots: [{ id: SNAPSHOT, name: "old", volume_id: VOLUME, status: ofSnapshot }],
  });
  const error = await failureOf(change(storage));
  expect(error).toMatchObject({ code: "failed_precondition", outcome: "not_applied", retryable: false });
  expect(error.reason).toContain(status === "available" ? ofSnapshot : status);
});

test.each([
  ["error_backing-up", /^it is in the state error_backing-up: Invalid volume/],
  ["error_extending", undefined],
])("the deletion of a volume that is %s", async (status, reason) => {
  const { storage, emulator } = await open();
  emulator.seed({ volumes: [{ id: VOLUME, name: "db", status }] });
  const result = await storage.volumes.delete(VOLUME).catch((error: unknown) => error);
  if (reason === undefined) expect(result).toBeUndefined();
  else expect(result).toMatchObject({ code: "failed_precondition", reason: expect.stringMatching(reason) });
});

const MARK = { "polyvol-attempt": "an-earlier-create" };

test("a volume of Polyvol's that was good, and has failed since, is never taken for a failed create", async () => {
  const { storage, emulator } = await open();
  const failed = { name: "db", status: "error", metadata: MARK };
  emulator.seed({
    volumes: [{ ...failed, id: VOLUME, service_uuid: "b5e8dc39-1a1c-4fe2-8a2a-0a1fb1c6f7d5" }],
  });
  const error = await failureOf(storage.volumes.create({ name: "db", sizeGiB: 1 }));
  expect(error).toMatchObject({ code: "conflict", outcome: "not_applied" });
  expect(error.reason).toContain(`${VOLUME} (error)`);
  expect(await storage.volumes.get(VOLUME)).toMatchObject({ state: "error", failedLater: true });
  emulator.seed({ volumes: [{ ...failed, name: "never-made" }] });
  expect(await storage.volumes.create({ name: "never-made", sizeGiB: 1 })).toMatchObject({
    state: "available",
  });
  expect(await storage.volumes.list({ name: "never-made" }).toArray()).toHaveLength(1);
});

test.each([["3.47", true] as const, ["3.48", undefined] as const])(
  "in %s a service that does not say whether a volume was made is not taken at its silence",
  async (apiVersion, failedLater) => {
    const { storage, emulator } = await open({ apiVersion });
    emulator.seed({ volumes: [{ id: VOLUME, name: "db", status: "error" }] });
    expect((await storage.volumes.get(VOLUME)).failedLater).toBe(failedLater);
  },
);

test.each([
  ["0%", undefined],
  ["100%", true],
  [undefined, undefined],
])("a snapshot in error that got to %s", async (progress, failedLater) => {
  const { storage, emulator } = await open();
  const shown = progress === undefined ? {} : { "os-extended-snapshot-attributes:progress": progress };
  emulator.seed({
    volumes: [{ id: VOLUME, name: "db" }],
    snapshots: [{ id: SNAPSHOT, name: "old", volume_id: VOLUME, status: "error", ...shown }],
  });
  expect((await storage.snapshots.get(SNAPSHOT)).failedLater).toBe(failedLater);
});

test("a snapshot of a volume that is being migrated is taken once that is over", async () => {
  const { storage, emulator } = await open();
  emulator.seed({ volumes: [{ id: VOLUME, name: "db", migration_status: "migrating" }] });
  const create = (timeoutMs: number) =>
    failureOf(storage.snapshots.create({ volumeId: VOLUME, name: "s" }, { timeoutMs }));
  const error = await create(20_000);
  expect(error).toMatchObject({ code: "conflict", outcome: "not_applied", retryable: true });
  expect(error.reason).toContain("it is in the state migrating");
  const deletion = await failureOf(storage.volumes.delete(VOLUME));
  expect(deletion).toMatchObject({ code: "failed_precondition" });
});
