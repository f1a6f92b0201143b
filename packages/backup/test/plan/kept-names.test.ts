import type { Snapshot } from "@polyvol/core";
import { expect, test } from "vitest";
import { snapshotName } from "../../src/index.ts";
import { observeSnapshot } from "../../src/observe/inventory.ts";
import { createKeeper } from "../../src/observe/keeper.ts";

const SLOT = new Date("2026-11-21T03:00:00Z");

function named(name: string, volumeId = "a"): Snapshot {
  const times = { createdAt: SLOT, minVolumeSizeGiB: 1, tags: {}, regions: [] };
  return { id: name, name, provider: "memory", volumeId, state: "available", ...times };
}

test("names that begin alike are each read as they are, whatever was read before", () => {
  const ours = snapshotName("a", "b-c", "a", SLOT);
  const all = [
    named(ours),
    named(snapshotName("a-b", "c", "a", SLOT)),
    named(ours),
    named(ours, "another"),
    named(`${ours.slice(0, -1)}${ours.endsWith("0") ? "1" : "0"}`),
    named(snapshotName("a", "b-c", "another", SLOT), "another"),
  ];
  const keep = createKeeper();
  expect(all.map(keep)).toEqual(all.map(observeSnapshot));
  expect(new Set(all.map((each) => observeSnapshot(each).backupName?.policyId)).size).toBe(3);
});
