import type { Snapshot } from "@polyvol/core";
import { isHeld } from "../hold/marker.ts";
import { parseSnapshotName } from "../naming.ts";
import type { ObservedSnapshot } from "./inventory.ts";

/** A clock may be off by so much: beyond it, slots would be due too early or too late. */
export const MAX_SKEW_MS = 120_000;

/** A snapshot with what its name says of it. */
export function observeSnapshot(snapshot: Snapshot): ObservedSnapshot {
  const backupName = parseSnapshotName(snapshot.name, snapshot.volumeId);
  const early =
    backupName !== undefined && snapshot.createdAt.getTime() < backupName.slot.getTime() - MAX_SKEW_MS;
  return {
    snapshot,
    held: isHeld(snapshot),
    ...(backupName === undefined ? {} : { backupName }),
    ...(early ? { early } : {}),
  };
}
