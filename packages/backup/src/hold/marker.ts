import { type Snapshot, tagTexts, type Volume } from "@polyvol/core";
import { hasHoldTag } from "../retention/tags.ts";

/** What a hold adds to the description of a snapshot where tags cannot change. */
const MARKER = " [polyvol hold]";
/** As a person may have written it: in any capitals, behind anything, with a line break or a hyphen for the blank. */
const MARKERS = /\s?\[\s*polyvol[\s-]+hold\s*\]/gi;

/**
 * Whether a snapshot (or a volume) shows a hold: the tag `polyvol-hold`, with whatever value and in whatever capitals,
 * or `[polyvol hold]` in its description. A held snapshot is never deleted by a policy.
 */
export function isHeld(
  resource: Pick<Snapshot | Volume, "tags" | "description"> & Partial<Pick<Snapshot | Volume, "flatTags">>,
): boolean {
  return hasHoldTag(tagTexts(resource)) || hasMarker(resource.description);
}

/** Whether a description has the marker, whoever wrote it. */
export function hasMarker(description: string | undefined): boolean {
  return (description ?? "").search(MARKERS) !== -1;
}

/** The description with the marker, as it was when it has one. */
export function withMarker(description: string | undefined): string {
  return hasMarker(description) ? (description ?? "") : `${description ?? ""}${MARKER}`.trimStart();
}

/** The description without any marker. */
export function withoutMarker(description: string | undefined): string {
  return (description ?? "").replace(MARKERS, "").trimStart();
}

/** A new description for a snapshot that keeps the hold which the one before had. */
export function keepHold(before: string | undefined, description: string): string {
  return hasMarker(before) ? withMarker(description) : description;
}
