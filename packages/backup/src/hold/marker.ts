import type { Snapshot } from "@polyvol/core";
import { isHeld as hasHoldTag } from "../retention/tags.ts";

/** What a hold adds to the description of a snapshot where tags cannot change. */
const MARKER = " [polyvol hold]";

/**
 * Whether the snapshot is held: by the tag `polyvol-hold` (with whatever value) or by ` [polyvol hold]` in its
 * description. A held snapshot is never deleted by a policy.
 */
export function isHeld(snapshot: Pick<Snapshot, "tags" | "description" | "id" | "createdAt">): boolean {
  const { id, createdAt, tags } = snapshot;
  return hasHoldTag({ id, time: createdAt, tags }) || hasMarker(snapshot.description);
}

export function hasMarker(description: string | undefined): boolean {
  return ` ${description ?? ""}`.includes(MARKER);
}

/** The description with the marker, as it was when it has one. */
export function withMarker(description: string | undefined): string {
  return hasMarker(description) ? (description ?? "") : `${description ?? ""}${MARKER}`.trimStart();
}

/** The description without any marker. */
export function withoutMarker(description: string | undefined): string {
  return ` ${description ?? ""}`.replaceAll(MARKER, "").trimStart();
}
