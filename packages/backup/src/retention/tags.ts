import { foldCapitals, tagTexts } from "@polyvol/core";
import type { RetentionSnapshot } from "./types.ts";

/** The key of the tag that holds a snapshot, whatever its value. */
const HOLD_KEY = "polyvol-hold";

/** A tag as text: split at the first colon, a bare key and a key with an empty value being the same. */
export function canonicalTag(text: string): string {
  return text.indexOf(":") === text.length - 1 ? text.slice(0, -1) : text;
}

/**
 * A tag as everything compares it that keeps a snapshot: without its capitals on every provider, since some show a tag
 * in other capitals than it was given, and what is kept in error can still be deleted.
 */
export function protectingTag(text: string): string {
  return canonicalTag(foldCapitals(text));
}

/** The snapshot's tags as {@link protectingTag} has them. */
export function protectingTags(tags: RetentionSnapshot["tags"]): ReadonlySet<string> {
  if (tags === undefined) return new Set();
  return new Set((isTextList(tags) ? tags : tagTexts({ tags })).map(protectingTag));
}

/** Whether one of these tags is a hold. */
export function hasHoldTag(tags: RetentionSnapshot["tags"]): boolean {
  for (const tag of protectingTags(tags)) if (tag === HOLD_KEY || tag.startsWith(`${HOLD_KEY}:`)) return true;
  return false;
}

/** Whether a hold keeps the snapshot. */
export function isHeld({ held = false, tags }: RetentionSnapshot): boolean {
  return held || hasHoldTag(tags);
}

function isTextList(tags: NonNullable<RetentionSnapshot["tags"]>): tags is readonly string[] {
  return Array.isArray(tags);
}
