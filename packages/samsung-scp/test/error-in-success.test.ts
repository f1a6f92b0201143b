/** The service's error in the body of an answer whose status says success. */
import type { BlockStorage } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { emulated, SERVER } from "./emulated.ts";

const VOLUME = "11111111-1111-4111-8111-111111111111";
const SNAPSHOT = "22222222-2222-4222-8222-222222222222";
const body = {
  errors: [
    { code: "Common.Busy", title: "Busy", detail: "The back end is busy with something else.", status: 503 },
  ],
};

const CHANGES: readonly (readonly [string, string, (storage: BlockStorage) => Promise<unknown>])[] = [
  ["growth", "PUT", (storage) => storage.volumes.resize(VOLUME, 16)],
  ["attach", "POST", (storage) => storage.volumes.attach(VOLUME, SERVER)],
  ["rename", "PUT", (storage) => storage.volumes.rename(VOLUME, "other")],
  ["revert", "POST", (storage) => storage.volumes.revert(VOLUME, SNAPSHOT)],
  ["deletion", "DELETE", (storage) => storage.volumes.delete(VOLUME, { snapshots: "delete" })],
  ["snapshot", "POST", (storage) => storage.snapshots.create({ volumeId: VOLUME, name: "other" })],
  ["snapshot's update", "PUT", (storage) => storage.snapshots.update(SNAPSHOT, { name: "other" })],
];

describe.each(CHANGES)("%s", (_, method, change) => {
  async function open(count?: number) {
    const { emulator, storage } = await emulated();
    emulator.seed({
      volumes: [{ id: VOLUME, name: "db" }],
      snapshots: [{ id: SNAPSHOT, volume_id: VOLUME, name: "monday" }],
    });
    const bound = count === undefined ? {} : { count };
    emulator.faults.add({ kind: "answer", status: 200, body, when: "before", match: { method }, ...bound });
    return { emulator, storage };
  }

  test("once, it is passed over", async () => {
    const { emulator, storage } = await open(1);
    await change(storage);
    expect(emulator.faults.list()).toMatchObject([{ applied: 1 }]);
  });

  test("again and again, it is told in its words", async () => {
    const { storage } = await open();
    const error = await failureOf(change(storage));
    expect(error).toMatchObject({
      code: "malformed_response",
      outcome: "unknown",
      providerCode: "Common.Busy",
    });
    expect(error.reason).toContain("The back end is busy with something else.");
  });
});

test("a revert is accepted by the service's own status alone: nothing of the volume tells that it was done", async () => {
  const { emulator, storage, lines } = await emulated();
  emulator.seed({
    volumes: [{ id: VOLUME, name: "db" }],
    snapshots: [{ id: SNAPSHOT, volume_id: VOLUME, name: "monday" }],
  });
  const match = { method: "POST" };
  emulator.faults.add({ kind: "answer", status: 203, body: "", when: "before", match, count: 1 });
  await storage.volumes.revert(VOLUME, SNAPSHOT);
  expect(lines().filter((line) => line.startsWith("POST "))).toHaveLength(2);
});
