import type { Snapshot } from "@polyvol/core";
import { hasMarker } from "../hold/marker.ts";
import { parseSnapshotName, type SnapshotName } from "../naming.ts";
import { remembering } from "../remember.ts";
import { hasHoldTag } from "../retention/tags.ts";
import type { ObservedSnapshot } from "./inventory.ts";
import { withName } from "./observe-snapshot.ts";

type Tags = Pick<Snapshot, "tags" | "flatTags">;

/** Tags as many snapshots of a volume have them, and whether they hold. */
interface SharedTags extends Tags {
  readonly hold: boolean;
}

type Kept = { -readonly [Key in keyof Snapshot]: Snapshot[Key] };

/**
 * Keeps of the snapshots of an account what is decided by: not the provider's own answer behind each, which is as large
 * again. What many have alike (the volume's id, regions, tags, times, the policy and slot of a name) is kept once.
 */
export function createKeeper(): (snapshot: Snapshot) => ObservedSnapshot {
  const text = remembering((value: string) => value, Number.POSITIVE_INFINITY);
  const regionsOf = shared(textsKey, (regions: readonly string[]) => regions);
  const tagsOf = shared(tagsKey, (own: Tags): SharedTags => {
    return { ...own, hold: hasHoldTag(own.flatTags ?? own.tags) };
  });
  const nameOf = shared(nameKey, (name: SnapshotName) => name);
  // Clouds tell times to the second, and quotas let several snapshots be made in each.
  const timeOf = remembering((milliseconds: number) => new Date(milliseconds));
  return (snapshot) => {
    const { providerState, billableGiB, description, tagsUnknown } = snapshot;
    const { tags, flatTags, hold } = tagsOf(pickTags(snapshot));
    const always = {
      id: snapshot.id,
      name: snapshot.name,
      provider: text(snapshot.provider),
      volumeId: text(snapshot.volumeId),
      regions: regionsOf(snapshot.regions),
      state: snapshot.state,
      createdAt: timeOf(snapshot.createdAt.getTime()),
      minVolumeSizeGiB: snapshot.minVolumeSizeGiB,
      tags,
    };
    const kept: Kept = always;
    if (providerState !== undefined) kept.providerState = text(providerState);
    if (billableGiB !== undefined) kept.billableGiB = billableGiB;
    if (description !== undefined) kept.description = description;
    if (flatTags !== undefined) kept.flatTags = flatTags;
    if (tagsUnknown !== undefined) kept.tagsUnknown = tagsUnknown;
    const name = parseSnapshotName(kept.name, kept.volumeId);
    return withName(kept, name && nameOf(name), hold || hasMarker(description));
  };
}

function pickTags({ tags, flatTags }: Snapshot): Tags {
  return flatTags === undefined ? { tags } : { tags, flatTags };
}

/** Gives one value for all that are the same data, told by `keyOf`. */
function shared<Given, Kept>(
  keyOf: (value: Given) => string,
  keep: (value: Given) => Kept,
): (value: Given) => Kept {
  const known = new Map<string, Kept>();
  return (value) => {
    const key = keyOf(value);
    const before = known.get(key);
    if (before !== undefined) return before;
    const kept = keep(value);
    known.set(key, kept);
    return kept;
  };
}

/** Different for different lists, whatever the texts hold. */
function textsKey(texts: readonly string[]): string {
  let key = "";
  for (const text of texts) key += `${text.length}:${text}`;
  return key;
}

function tagsKey({ tags, flatTags }: Tags): string {
  let key = "";
  for (const name of Object.keys(tags)) key += textsKey([name, tags[name] ?? ""]);
  return flatTags === undefined ? key : `${key};${textsKey(flatTags)}`;
}

/** No part of a name has a blank. */
function nameKey({ prefix, policyId, slot }: SnapshotName): string {
  return `${prefix} ${policyId} ${slot.getTime()}`;
}
