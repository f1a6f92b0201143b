/** Where a snapshot is in its life. Only an `available` one may be restored. */
export type SnapshotState = "creating" | "available" | "restoring" | "deleting" | "error" | "unknown";

/** A point-in-time copy of a volume, the same on every provider. Plain data. */
export interface Snapshot {
  /** The provider's id. */
  readonly id: string;
  /** Its name: the key within its volume. */
  readonly name: string;
  /** The driver's provider name, such as `digitalocean`. */
  readonly provider: string;
  /**
   * The volume it was taken of. That volume may be gone: see the capability `snapshots.outliveVolume`. Empty where the
   * provider does not say: it belongs to no volume that is known then.
   */
  readonly volumeId: string;
  /** Regions in which it can be restored. */
  readonly regions: readonly string[];
  /** Where it is in its life. */
  readonly state: SnapshotState;
  /** The provider's own word for the state, where it has one. */
  readonly providerState?: string;
  /** Of the state `error`: it was good before, or may have been, and may be again. Absent: `providerState` tells. */
  readonly failedLater?: true;
  /** When it was taken, by the provider's clock. */
  readonly createdAt: Date;
  /** The smallest volume, in GiB, that a restore of it fits in. */
  readonly minVolumeSizeGiB: number;
  /** What the provider charges for, in GiB, where it says. */
  readonly billableGiB?: number;
  /** Absent where there is none, or the provider has none. */
  readonly description?: string;
  /** Empty where the provider has none. */
  readonly tags: Readonly<Record<string, string>>;
  /**
   * All tags as the provider has them, each `key` or `key:value`, in its order. Only there when `tags` cannot hold them
   * all, since several have one key; see `tagTexts`.
   */
  readonly flatTags?: readonly string[];
  /** The provider's answer said nothing about tags: they are not known, and the empty `tags` does not mean none. */
  readonly tagsUnknown?: true;
}
