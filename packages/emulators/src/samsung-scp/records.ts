import type { VolumeType } from "./options.ts";

/* What the emulated account holds. Records are never changed in place: a change makes a new record. */

/** The states that this emulator puts a volume in, spelled as on the wire. */
export const VOLUME_STATES = [
  "creating",
  "available",
  "reserved",
  "attaching",
  "in-use",
  "detaching",
  "extending",
  "reverting",
  "awaiting-transfer",
  "maintenance",
  "deleting",
  "error",
  "error_extending",
  "error_restoring",
  "error_managing",
  "error_deleting",
] as const;
export type VolumeState = (typeof VOLUME_STATES)[number];

/** The states that this emulator puts a snapshot in. */
export const SNAPSHOT_STATUSES = [
  "creating",
  "available",
  "restoring",
  "deleting",
  "error",
  "error_deleting",
] as const;
export type SnapshotStatus = (typeof SNAPSHOT_STATUSES)[number];

/** Facts about the image of a bootable volume, spelled as on the wire; there each may be null. */
export type ImageMetadata = ReturnType<typeof osImage>;

export function osImage(imageId: string, windows: boolean, diskSize: number) {
  return {
    checksum: null,
    container_format: "bare",
    disk_format: "raw",
    image_id: imageId,
    image_name: windows ? "windows" : "linux",
    min_disk: diskSize,
    min_ram: 0,
    os_distro: windows ? "windows" : "ubuntu",
    scp_image_type: "standard",
    scp_k8s_version: null,
    scp_original_image_type: null,
    signature_verified: false,
    size: null,
  };
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

/** The device of the disk that a server starts from. */
export const OS_DEVICE = "/dev/vda";

/** What orders records: the oldest first, and of one instant the one that was made first. */
export interface Created {
  /** Milliseconds since the epoch, like every instant here. */
  readonly createdAt: number;
  readonly sequence: number;
}

export interface VolumeRecord extends Created {
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
  readonly modifiedAt: number | null;
  readonly imageMetadata: ImageMetadata | null;
  readonly maxIops: number | null;
  /** MB/s. */
  readonly maxThroughput: number | null;
  readonly zone: string;
  /** Given when the volume is created. The service takes tags and never returns them. */
  readonly tags: readonly { readonly key: string; readonly value: string | null }[];
  readonly attachments: readonly Attachment[];
}

/** What can be said of a volume that is to be made. */
export type NewVolume = Pick<VolumeRecord, "name" | "size" | "type" | "userId" | "createdAt"> &
  Partial<Omit<VolumeRecord, "sequence" | "maxIops" | "maxThroughput">> & {
    readonly maxIops?: number | undefined;
    readonly maxThroughput?: number | undefined;
  };

/** The figures that a provisioned type can have. */
export const IOPS = { least: 5000, most: 20_000 };
/** In MB/s. */
export const THROUGHPUT = { least: 250, most: 1000 };

export interface SnapshotRecord extends Created {
  readonly id: string;
  readonly volumeId: string;
  readonly name: string;
  readonly description: string | null;
  /** GiB of the volume at the time of the snapshot. */
  readonly size: number;
  readonly status: SnapshotStatus;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly userId: string;
  readonly updatedAt: number | null;
  /** Kept from the volume, like the next two: a volume made from the snapshot inherits them. */
  readonly type: VolumeType;
  readonly bootable: boolean;
  readonly imageMetadata: ImageMetadata | null;
}

/** What can be said of a snapshot that is to be made; the rest is the volume's. */
export type NewSnapshot = Pick<SnapshotRecord, "name" | "userId" | "createdAt"> &
  Partial<Omit<SnapshotRecord, "sequence">>;

export interface ServerRecord extends Created {
  readonly id: string;
  readonly name: string;
  /** A volume is attached only within its own zone. */
  readonly zone: string;
  readonly windows: boolean;
  /** Volumes attached, or on the way to or from it, in order of attachment. */
  readonly volumeIds: readonly string[];
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
