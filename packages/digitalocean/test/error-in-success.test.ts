/** The service's error in the body of an answer whose status says success. */
import type { BlockStorage } from "@polyvol/core";
import { describe, expect, test } from "vitest";
import { failureOf } from "../../../scripts/test/failure-of.ts";
import { openCloud } from "./cloud.ts";

const body = { id: "service_unavailable", message: "The back end is busy with something else." };

const CHANGES: readonly (readonly [string, string, (storage: BlockStorage) => Promise<unknown>])[] = [
  ["growth", "POST", (storage) => storage.volumes.resize("ab-1", 16)],
  ["attach", "POST", (storage) => storage.volumes.attach("ab-1", "1001")],
  ["deletion", "DELETE", (storage) => storage.volumes.delete("ab-1")],
  ["snapshot", "POST", (storage) => storage.snapshots.create({ volumeId: "ab-1", name: "s" })],
  ["create", "POST", (storage) => storage.volumes.create({ name: "other", sizeGiB: 5 })],
];

describe.each(CHANGES)("%s", (_, method, change) => {
  async function open(count?: number) {
    const { emulator, storage } = await openCloud();
    emulator.seed({ volumes: [{ id: "ab-1", name: "data", region: "nyc3", size_gigabytes: 5 }] });
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
    expect(error).toMatchObject({ code: "malformed_response", outcome: "unknown", providerCode: body.id });
    expect(error.reason).toContain(body.message);
  });
});
