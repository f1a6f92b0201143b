import type { Snapshot } from "@polyvol/core";
import { hasMarker } from "../hold/marker.ts";
import { nameBeforeHash, parseSnapshotName, type SnapshotName, saysSame } from "../naming.ts";
import { remembering } from "../remember.ts";
import { hasHoldTag } from "../retention/tags.ts";
import { type ObservedSnapshot, withName } from "./inventory.ts";

type Tags = Pick<Snapshot, "tags" | "flatTags">;

/** Tags as many snapshots have them, and whether they hold. */
interface SharedTags extends Tags {
  readonly hold: boolean;
}

/** What snapshots of a volume have alike. */
interface Alike extends SharedTags {
  readonly provider: string;
  readonly volumeId: string;
  readonly regions: readonly string[];
}

/** So many forms are kept of one volume: its policies give each snapshot one of a few sets of tags. */
const MOST_FORMS = 8;

type Kept = { -readonly [Key in keyof Snapshot]: Snapshot[Key] };

/**
 * Keeps of the snapshots of an account what is decided by: not the provider's own answer behind each, which is as large
 * again. What many have alike (the volume's id, regions, tags, times, the policy and slot of a name) is kept once; it is looked
 * for among what its volume has first.
 */
export function createKeeper(): (snapshot: Snapshot) => ObservedSnapshot {
  const regionsOf = shared(textsKey, (regions: readonly string[]) => regions);
  const tagsOf = shared(tagsKey, ({ tags, flatTags }: Tags): SharedTags => {
    const hold = hasHoldTag(flatTags ?? tags);
    return flatTags === undefined ? { tags, hold } : { tags, flatTags, hold };
  });
  const byVolume = new Map<string, Alike[]>();
  const names = new Map<string, SnapshotName>();
  // Clouds tell times to the second, and quotas let several snapshots be made in each.
  const timeOf = remembering((milliseconds: number) => new Date(milliseconds));

  function alikeFor(snapshot: Snapshot): Alike {
    let forms = byVolume.get(snapshot.volumeId);
    if (forms === undefined) {
      forms = [];
      byVolume.set(snapshot.volumeId, forms);
    }
    for (const form of forms) if (isAlike(form, snapshot)) return form;
    const { provider, volumeId, regions } = snapshot;
    const form = { ...tagsOf(snapshot), provider, volumeId, regions: regionsOf(regions) };
    if (forms.length < MOST_FORMS) forms.push(form);
    return form;
  }

  function nameOf(name: string, volumeId: string): SnapshotName | undefined {
    const key = nameBeforeHash(name);
    const known = names.get(key);
    if (known !== undefined && saysSame(name, volumeId, known)) return known;
    const parsed = parseSnapshotName(name, volumeId);
    if (parsed !== undefined) names.set(key, parsed);
    return parsed;
  }

  return (snapshot) => {
    const { id, name, state, minVolumeSizeGiB, providerState, billableGiB, description, tagsUnknown } =
      snapshot;
    const { provider, volumeId, regions, tags, flatTags, hold } = alikeFor(snapshot);
    const createdAt = timeOf(snapshot.createdAt.getTime());
    // A copy with a field that comes later takes half as much again.
    const kept: Kept =
      billableGiB === undefined
        ? { id, name, provider, volumeId, regions, state, createdAt, minVolumeSizeGiB, tags }
        : { id, name, provider, volumeId, regions, state, createdAt, minVolumeSizeGiB, tags, billableGiB };
    if (providerState !== undefined) kept.providerState = providerState;
    if (description !== undefined) kept.description = description;
    if (flatTags !== undefined) kept.flatTags = flatTags;
    if (tagsUnknown !== undefined) kept.tagsUnknown = tagsUnknown;
    return withName(kept, nameOf(name, volumeId), hold || hasMarker(description));
  };
}

function isAlike(one: Alike, other: Snapshot): boolean {
  return (
    one.provider === other.provider &&
    isSameList(one.regions, other.regions) &&
    isSameRecord(one.tags, other.tags) &&
    isSameList(one.flatTags, other.flatTags)
  );
}

function isSameList(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

/** The same keys in the same order, too: what is made of tags follows their order. */
function isSameRecord(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const keys = Object.keys(one);
  return isSameList(keys, Object.keys(other)) && keys.every((key) => one[key] === other[key]);
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
