import { isPolyvolError } from "@polyvol/core";
import { openStack } from "@polyvol/openstack";
import type { WriteSnapshotTag } from "./registration.ts";

/** Tags are metadata there: one of a key, changed for itself. */
export const writeSnapshotTag: WriteSnapshotTag = async (storage, snapshot, key, present, options) => {
  const operations = openStack(storage);
  const target = { kind: "snapshot", id: snapshot.id } as const;
  if (present) {
    await operations.setTags(target, { [key]: "" }, options);
    return;
  }
  try {
    await operations.removeTag(target, key, options);
  } catch (error) {
    if (!isPolyvolError(error, "not_found")) throw error;
    // Not the tag, but the snapshot may be what is missing.
    await storage.snapshots.get(snapshot.id, options);
  }
};
