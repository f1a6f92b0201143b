import type { Snapshot } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import type { ObservedSnapshot } from "./inventory.ts";
import { observeSnapshot } from "./observe-snapshot.ts";

/**
 * Keeps of the snapshots of an account what is decided by: not the provider's own answer behind each, which is as large
 * again. What many have alike (regions, tags, the policy and slot of a name) is kept once.
 */
export function createKeeper(): (snapshot: Snapshot) => ObservedSnapshot {
  const known = new Map<string, unknown>();
  const once = <T>(value: T): T => {
    const key = JSON.stringify(value);
    if (known.has(key)) return known.get(key) as T;
    known.set(key, value);
    return value;
  };
  return (snapshot) => {
    const { id, name, provider, volumeId, state, createdAt, minVolumeSizeGiB } = snapshot;
    const { providerState, billableGiB, description, flatTags, tagsUnknown } = snapshot;
    const regions = once(snapshot.regions);
    const tags = once(snapshot.tags);
    const always = { id, name, provider, volumeId, regions, state, createdAt, minVolumeSizeGiB, tags };
    const rest = omitUndefined({ providerState, billableGiB, description, flatTags, tagsUnknown });
    const { backupName, ...seen } = observeSnapshot({ ...always, ...rest });
    return backupName === undefined ? seen : { ...seen, backupName: once(backupName) };
  };
}
