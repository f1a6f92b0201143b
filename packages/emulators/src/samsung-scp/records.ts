/** What the emulated account holds. Records are never changed in place: a change makes a new record. */

/** A tag given when a volume is created. The service takes it and never returns it. */
export interface Tag {
  readonly key: string;
  readonly value: string | null;
}

/** Image facts of a bootable volume, spelled as on the wire; each may be null there. */
export interface ImageMetadata {
  readonly checksum: string | null;
  readonly container_format: string | null;
  readonly disk_format: string | null;
  readonly image_id: string | null;
  readonly image_name: string | null;
  readonly min_disk: number | null;
  readonly min_ram: number | null;
  readonly os_distro: string | null;
  readonly scp_image_type: string | null;
  readonly scp_k8s_version: string | null;
  readonly scp_original_image_type: string | null;
  readonly signature_verified: boolean | null;
  readonly size: number | null;
}

/** One volume on one server, from the accepted attach until the finished detach. */
export interface Attachment {
  readonly id: string;
  readonly serverId: string;
  /** Like `/dev/vdb`; `/dev/vda` is the disk that the server starts from. */
  readonly device: string;
  readonly deleteOnTermination: boolean;
  /** Milliseconds since the epoch; null until the attach has finished. */
  readonly attachedAt: number | null;
}

/** The states that this emulator puts a volume in, spelled as on the wire. */
export type VolumeState =
  | "creating"
  | "available"
  | "reserved"
  | "attaching"
  | "in-use"
  | "detaching"
  | "extending"
  | "reverting"
  | "awaiting-transfer"
  | "maintenance"
  | "deleting"
  | "error"
  | "error_extending"
  | "error_restoring"
  | "error_managing"
  | "error_deleting";

/** The states that this emulator puts a snapshot in. */
export type SnapshotStatus = "creating" | "available" | "restoring" | "deleting" | "error" | "error_deleting";

export interface VolumeRecord {
  readonly id: string;
  readonly name: string;
  /** GiB. */
  readonly size: number;
  readonly state: VolumeState;
  readonly bootable: boolean;
  readonly type: VolumeType;
  readonly userId: string;
  /** The snapshot that the volume was made from. */
  readonly snapshotId: string | null;
  /** Milliseconds since the epoch, like every instant here. */
  readonly createdAt: number;
  readonly modifiedAt: number | null;
  readonly imageMetadata: ImageMetadata | null;
  readonly maxIops: number | null;
  /** MB/s. */
  readonly maxThroughput: number | null;
  readonly zone: string;
  readonly tags: readonly Tag[];
  readonly attachments: readonly Attachment[];
}

export interface SnapshotRecord {
  readonly id: string;
  readonly volumeId: string;
  readonly name: string;
  readonly description: string | null;
  /** GiB of the volume at the time of the snapshot. */
  readonly size: number;
  readonly status: SnapshotStatus;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly userId: string;
  readonly createdAt: number;
  readonly updatedAt: number | null;
  /** Kept from the volume: a volume made from the snapshot inherits these. */
  readonly type: VolumeType;
  readonly bootable: boolean;
  readonly imageMetadata: ImageMetadata | null;
}

export interface VolumeType {
  readonly id: string;
  /** Case-sensitive, for example `SSD`. */
  readonly name: string;
  readonly description: string | null;
  /** Volumes of this type can be on several servers at once. */
  readonly multiattach: boolean;
  /** Only such types have settable IOPS and throughput. */
  readonly provisioned: boolean;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  /** A volume is attached only within its own zone. */
  readonly zone: string;
  readonly windows: boolean;
  readonly createdAt: number;
  /** Volumes attached, or on the way to or from it, in order of attachment. */
  readonly volumeIds: Set<string>;
}

export interface Transfer {
  readonly id: string;
  readonly volumeId: string;
  readonly name: string | null;
  /** 16 hexadecimal digits, shown once. */
  readonly authKey: string;
  readonly createdAt: number;
  readonly accountId: string;
}

/** The device of the disk that a server starts from. */
export const OS_DEVICE = "/dev/vda";
