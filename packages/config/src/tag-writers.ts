/** How tags of a snapshot are changed where only calls of the provider's own can. */
import {
  type BlockStorage,
  type CallOptions,
  foldCapitals,
  isPolyvolError,
  type Snapshot,
} from "@polyvol/core";
import { digitalOcean, digitalOceanDetails } from "@polyvol/digitalocean";
import { openStack } from "@polyvol/openstack";

/**
 * Puts the bare tag `key` on a snapshot (`present`), or takes off every tag of that key, whatever its value. Repeated
 * is success.
 */
export type WriteSnapshotTag = (
  storage: BlockStorage,
  snapshot: Snapshot,
  key: string,
  present: boolean,
  options?: CallOptions,
) => Promise<void>;

/**
 * Tags exist on their own there: one is made before it is put on, and stays when it is taken off. Each is shown in the
 * capitals of its first use in the account, so taking off looks for every spelling.
 */
export const writeDigitalOceanTag: WriteSnapshotTag = async (storage, snapshot, key, present, options) => {
  const operations = digitalOcean(storage);
  const targets = [{ kind: "snapshot", id: snapshot.id }] as const;
  if (present) {
    await operations.addTag(await operations.createTag(key, options), targets, options);
    return;
  }
  const flat = digitalOceanDetails(snapshot)?.flatTags ?? [key];
  const wanted = foldCapitals(key);
  const isWanted = (tag: string): boolean => tag === wanted || tag.startsWith(`${wanted}:`);
  for (const tag of flat.filter((each) => isWanted(foldCapitals(each)))) {
    try {
      await operations.removeTag(tag, targets, options);
    } catch (error) {
      // A tag that somebody has deleted meanwhile is off.
      if (!isPolyvolError(error, "not_found")) throw error;
    }
  }
};

/** Tags are metadata there: one of a key, changed for itself. */
export const writeOpenStackTag: WriteSnapshotTag = async (storage, snapshot, key, present, options) => {
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
