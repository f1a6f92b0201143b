import type { RetentionSnapshot } from "./types.ts";

/** The key of the tag that holds a snapshot, whatever its value. */
const HOLD_KEY = "polyvol-hold";

/** A tag as text: split at the first colon, a bare key and a key with an empty value being the same. */
export function canonicalTag(text: string): string {
  return text.indexOf(":") === text.length - 1 ? text.slice(0, -1) : text;
}

/** The snapshot's tags, each `key` or `key:value`. */
export function tagTexts(tags: RetentionSnapshot["tags"]): ReadonlySet<string> {
  if (tags === undefined) return new Set();
  if (isTextList(tags)) return new Set(tags.map(canonicalTag));
  return new Set(Object.entries(tags).map(([key, value]) => (value === "" ? key : `${key}:${value}`)));
}

/** Whether a hold keeps the snapshot. */
export function isHeld(snapshot: RetentionSnapshot): boolean {
  const { held = false, tags } = snapshot;
  if (held || tags === undefined) return held;
  if (!isTextList(tags)) return Object.hasOwn(tags, HOLD_KEY);
  return tags.some((tag) => tag === HOLD_KEY || tag.startsWith(`${HOLD_KEY}:`));
}

function isTextList(tags: NonNullable<RetentionSnapshot["tags"]>): tags is readonly string[] {
  return Array.isArray(tags);
}
