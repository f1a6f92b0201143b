import { listWords } from "./words.ts";

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
  /** When it was attached, where the provider says. */
  readonly attachedAt?: Date;
}

/** A block-storage volume, the same on every provider. Plain data: it can be copied, stored and sent. */
export interface Volume {
  /** The provider's id. */
  readonly id: string;
  /** Its name: the key by which it is created and found. */
  readonly name: string;
  /** The driver's provider name, such as `digitalocean`. */
  readonly provider: string;
  /** The provider's name of the region. */
  readonly region: string;
  /** The zone within the region, where there are zones. */
  readonly zone?: string;
  /** Size in GiB (2^30 bytes). */
  readonly sizeGiB: number;
  /** Where it is in its life. */
  readonly state: VolumeState;
  /** The provider's own word for the state, where it has one. */
  readonly providerState?: string;
  /** Of the state `error`: it was good before, or may have been, and may hold data. Absent: `providerState` tells. */
  readonly failedLater?: true;
  /** When it was created, by the provider's clock. */
  readonly createdAt: Date;
  /** Absent where there is none, or the provider has none. */
  readonly description?: string;
  /** Empty where the provider does not return them: see the capability `volumes.readTags`. */
  readonly tags: Readonly<Record<string, string>>;
  /**
   * All tags as the provider has them, each `key` or `key:value`, in its order. Only there when `tags` cannot hold them
   * all, since several have one key; see `tagTexts`.
   */
  readonly flatTags?: readonly string[];
  /** The provider's answer said nothing about tags: they are not known, and the empty `tags` does not mean none. */
  readonly tagsUnknown?: true;
  /** The servers that it is attached to; empty when it is detached. */
  readonly attachments: readonly VolumeAttachment[];
  /** The snapshot that this volume was made from, where that is known. */
  readonly sourceSnapshotId?: string;
  /** The provider's name of its type, where there are types. */
  readonly volumeType?: string;
  /** Whether it is encrypted, where the provider says. */
  readonly encrypted?: boolean;
  /** Whether a server can start from it, where the provider says. */
  readonly bootable?: boolean;
}

/**
 * Why a volume counts as in use, as the end of a sentence that begins with "it is"; `undefined` when it is not in use.
 * The state counts beside the list of servers: a provider may hold a volume for a server that it does not name (yet,
 * or any more), and refuses then what it refuses for an attached one.
 */
export function inUse(volume: Pick<Volume, "attachments" | "state" | "providerState">): string | undefined {
  const { attachments, state, providerState } = volume;
  if (attachments.length > 0) return `attached to ${listWords(attachments.map(({ serverId }) => serverId))}`;
  if (state !== "in_use" && state !== "attaching" && state !== "detaching") return undefined;
  return `in the state ${providerState ?? state}, though no server is named`;
}
