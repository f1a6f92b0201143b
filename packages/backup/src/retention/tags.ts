import { foldCapitals, tagTexts } from "@polyvol/core";
import { HOLD_KEY } from "@polyvol/core/driver";
import { remembering } from "../remember.ts";
import type { RetentionPolicy } from "./policy.ts";
import type { RetentionSnapshot } from "./types.ts";

/** A tag as text: split at the first colon, a bare key and a key with an empty value being the same. */
export function canonicalTag(text: string): string {
  return text.indexOf(":") === text.length - 1 ? text.slice(0, -1) : text;
}

/**
 * A tag as everything compares it that keeps a snapshot: without its capitals on every provider, since some show a tag
 * in other capitals than it was given, and what is kept in error can still be deleted.
 */
export const protectingTag: (text: string) => string = remembering((text: string) =>
  canonicalTag(foldCapitals(text)),
);

/** The snapshot's tags as {@link protectingTag} has them. */
export function protectingTags(tags: RetentionSnapshot["tags"]): ReadonlySet<string> {
  return new Set(textsOf(tags).map(protectingTag));
}

/** Whether all tags of at least one of the lists are among these. */
export function isKeptByTags(
  keepTags: RetentionPolicy["keepTags"] = [],
  tags: RetentionSnapshot["tags"],
): boolean {
  const own = protectingTags(tags);
  return keepTags.some((list) => list.every((tag) => own.has(protectingTag(tag))));
}

/** Whether one of these tags is a hold. */
export function hasHoldTag(tags: RetentionSnapshot["tags"]): boolean {
  return textsOf(tags).some(isHold);
}

const isHold: (text: string) => boolean = remembering((text: string) => {
  const tag = protectingTag(text);
  return tag === HOLD_KEY || tag.startsWith(`${HOLD_KEY}:`);
});

function textsOf(tags: RetentionSnapshot["tags"]): readonly string[] {
  if (tags === undefined) return [];
  return isTextList(tags) ? tags : tagTexts({ tags });
}

function isTextList(tags: NonNullable<RetentionSnapshot["tags"]>): tags is readonly string[] {
  return Array.isArray(tags);
}
