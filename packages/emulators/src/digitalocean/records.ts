/*
 * What exists in the emulated account. Records never change: a change replaces the record, so that lists can be
 * shown as they were some time ago.
 */

export interface VolumeRecord {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly sizeGiB: number;
  /** Slug. */
  readonly region: string;
  readonly dropletId: number | undefined;
  /** Milliseconds since the epoch, as everywhere here. */
  readonly createdAt: number;
  readonly filesystemType: string;
  readonly filesystemLabel: string;
  readonly tags: readonly string[];
  /** What a snapshot of it is billed for, in GB; 0 for a volume that was never written to. */
  readonly usedGB: number;
}

export interface SnapshotRecord {
  /** A UUID, or decimal digits for the snapshot of a Droplet. */
  readonly id: string;
  readonly name: string;
  readonly resourceType: "volume" | "droplet";
  readonly resourceId: string;
  /** As shown. */
  readonly regions: readonly string[];
  /** Where a restore has to be; not always what `regions` shows. */
  readonly homeRegion: string;
  readonly createdAt: number;
  readonly minDiskSize: number;
  readonly sizeGB: number;
  readonly filesystemType: string;
  readonly filesystemLabel: string;
  readonly tags: readonly string[];
}

export type ActionType = "attach" | "detach" | "resize";

/** Actions on Droplets: each Droplet begins with one, and a snapshot of it is another. */
type DropletActionType = "create" | "snapshot";

export interface ActionRecord {
  readonly id: number;
  readonly type: ActionType | DropletActionType;
  readonly status: "in-progress" | "completed" | "errored";
  readonly startedAt: number;
  readonly completedAt: number | undefined;
  /** Reads of it give 404 until then. */
  readonly visibleAt: number;
  readonly dueAt: number;
  readonly outcome: "completed" | "errored";
  readonly region: string;
  /** Absent for actions on Droplets. */
  readonly volumeId?: string | undefined;
  readonly dropletId?: number | undefined;
  /** The size that a resize leads to. */
  readonly sizeGiB?: number | undefined;
  /** The name of the snapshot that it takes. */
  readonly snapshotName?: string | undefined;
}

export interface DropletRecord {
  readonly id: number;
  readonly name: string;
  readonly region: string;
  readonly createdAt: number;
  readonly tags: readonly string[];
  /** `new` until the action that creates it has ended. */
  readonly status: "new" | "active";
  /** Slug of its size, such as `s-1vcpu-1gb`. */
  readonly size: string;
  /** Slug or number of the image that it was made from. */
  readonly image: string | number;
  /** Such as `ipv6`. */
  readonly features: readonly string[];
}

/** What is not said of a Droplet that was there from the start. */
export const PLAIN_DROPLET: Pick<DropletRecord, "status" | "size" | "image" | "features"> = {
  status: "active",
  size: "s-1vcpu-1gb",
  image: "debian-13-x64",
  features: [],
};

export interface TagRecord {
  /** Lower case: two tags never differ in capitals alone. */
  readonly id: string;
  /** As first used. */
  readonly name: string;
  /** Paths of the resources last tagged with it, in all and by kind. */
  readonly lastTagged: string | undefined;
  readonly lastTaggedOf: Readonly<Partial<Record<TaggedKind, string>>>;
}

export type TaggedKind = "droplet" | "volume" | "volume_snapshot";
