import { foldCapitals, isPolyvolError } from "@polyvol/core";
import { digitalOcean, digitalOceanDetails } from "@polyvol/digitalocean";
import type { WriteSnapshotTag } from "./registration.ts";

/**
 * Tags exist on their own there: one is made before it is put on, and stays when it is taken off. Each is shown in the
 * capitals of its first use in the account, so taking off looks for every spelling.
 */
export const writeSnapshotTag: WriteSnapshotTag = async (storage, snapshot, key, present, options) => {
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
