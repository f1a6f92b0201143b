import type { Snapshot, Volume } from "@polyvol/core";
import { isHeld } from "../hold/marker.ts";
import { parseSnapshotName, type SnapshotName } from "../naming.ts";
import type { ObservedSnapshot } from "./inventory.ts";

/** A clock may be off by so much: beyond it, slots would be due too early or too late. */
export const MAX_SKEW_MS = 120_000;

/** A snapshot with what its name says of it. */
export function observeSnapshot(snapshot: Snapshot): ObservedSnapshot {
  return withName(snapshot, parseSnapshotName(snapshot.name, snapshot.volumeId), isHeld(snapshot));
}

/** A snapshot with what is known of it already: the name as it was parsed, and whether it is held. */
export function withName(
  snapshot: Snapshot,
  backupName: SnapshotName | undefined,
  held: boolean,
): ObservedSnapshot {
  if (backupName === undefined) return { snapshot, held };
  const early = snapshot.createdAt.getTime() < backupName.slot.getTime() - MAX_SKEW_MS;
  return early ? { snapshot, held, backupName, early } : { snapshot, held, backupName };
}

/**
 * When a volume was made, in milliseconds, as its provider says. Undefined for a date that is to come at `now`: such a date
 * is wrong, when it was is not known, and nothing may rest on the volume being young.
 */
export function madeAt({ createdAt }: Volume, now: number): number | undefined {
  const told = createdAt.getTime();
  return told - now > MAX_SKEW_MS ? undefined : told;
}
