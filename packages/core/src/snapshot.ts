/** Where a snapshot is in its life. Only an `available` one may be restored. */
export type SnapshotState = "creating" | "available" | "restoring" | "deleting" | "error" | "unknown";

/** A point-in-time copy of a volume, the same on every provider. Plain data. */
export interface Snapshot {
  readonly id: string;
  readonly name: string;
  /** The driver's provider name, such as `digitalocean`. */
  readonly provider: string;
  /** The volume it was taken of. That volume may be gone: see the capability `snapshots.outliveVolume`. */
  readonly volumeId: string;
  /** Regions in which it can be restored. */
  readonly regions: readonly string[];
  readonly state: SnapshotState;
  /** The provider's own word for the state, where it has one. */
  readonly providerState?: string;
  readonly createdAt: Date;
  /** The smallest volume, in GiB, that a restore of it fits in. */
  readonly minVolumeSizeGiB: number;
  /** What the provider charges for, in GiB, where it says. */
  readonly billableGiB?: number;
  readonly description?: string;
  readonly tags: Readonly<Record<string, string>>;
}
