import type { SnapshotQuery, VolumeQuery } from "./options.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Volume } from "./volume.ts";

/** A volume or a snapshot, where core treats both alike. */
export type Resource = Volume | Snapshot;

/** Which of the two. */
export type ResourceKind = "volume" | "snapshot";

/** Which resources to list: only volumes have a region, and only snapshots are of a volume. */
export type ResourceQuery = VolumeQuery & SnapshotQuery;
