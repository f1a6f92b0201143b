/**
 * Where a volume is in its life. `unknown` is a state that this version of the driver has no word for; the
 * provider's own word is then in {@link Volume.providerState}.
 */
export type VolumeState =
  | "creating"
  | "available"
  | "attaching"
  | "in_use"
  | "detaching"
  | "resizing"
  | "reverting"
  | "deleting"
  | "error"
  | "unknown";

/** One server that a volume is attached to. */
export interface VolumeAttachment {
  /** The provider's id of the server, as text (a Droplet's number, too). */
  readonly serverId: string;
  /** The device name that the provider reports, such as `/dev/vdb`. */
  readonly device?: string;
  readonly attachedAt?: Date;
}

/** A block-storage volume, the same on every provider. Plain data: it can be copied, stored and sent. */
export interface Volume {
  readonly id: string;
  readonly name: string;
  /** The driver's provider name, such as `digitalocean`. */
  readonly provider: string;
  readonly region: string;
  readonly zone?: string;
  /** Size in GiB (2^30 bytes). */
  readonly sizeGiB: number;
  readonly state: VolumeState;
  /** The provider's own word for the state, where it has one. */
  readonly providerState?: string;
  readonly createdAt: Date;
  readonly description?: string;
  /** Empty where the provider does not return them: see the capability `volumes.readTags`. */
  readonly tags: Readonly<Record<string, string>>;
  readonly attachments: readonly VolumeAttachment[];
  /** The snapshot that this volume was made from, where that is known. */
  readonly sourceSnapshotId?: string;
  readonly volumeType?: string;
  readonly encrypted?: boolean;
  readonly bootable?: boolean;
}
