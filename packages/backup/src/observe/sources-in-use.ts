import type { Snapshot, Volume } from "@polyvol/core";
import { comparableId } from "@polyvol/core/driver";
import type { ObservedSnapshot } from "./inventory.ts";

/** Snapshots that volumes are being made of: not every provider shows it on the snapshot. */
export interface SourcesInUse {
  /** Adds a volume that was listed. */
  see(volume: Volume): void;
  has(snapshot: Snapshot): boolean;
}

export function createSourcesInUse(volumes: readonly Volume[] = []): SourcesInUse {
  const ids = new Set<string>();
  const see = ({ state, sourceSnapshotId }: Volume): void => {
    if (state === "creating" && sourceSnapshotId !== undefined) ids.add(comparableId(sourceSnapshotId));
  };
  for (const volume of volumes) see(volume);
  return { see, has: ({ id }) => ids.size > 0 && ids.has(comparableId(id)) };
}

/** The snapshot, with whether a volume is being made of it. */
export function withSource(seen: ObservedSnapshot, sources: SourcesInUse): ObservedSnapshot {
  return sources.has(seen.snapshot) ? { ...seen, isSource: true } : seen;
}
