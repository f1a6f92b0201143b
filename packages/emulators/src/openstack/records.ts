/** The records of an emulated cloud. They never change: a change puts a new one in the place of the old one. */

/** Milliseconds since the Unix epoch, with microseconds as a fraction: ties are rare, as in the real database. */
export type Instant = number;

interface ResourceRecord {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly status: string;
  readonly sizeGiB: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Instant;
  readonly updatedAt: Instant | null;
  /** Whether its creation was carried out, however it has fared since. */
  readonly wasMade: boolean;
}

export interface VolumeRecord extends ResourceRecord {
  readonly zone: string;
  readonly type: string;
  readonly snapshotId: string | null;
  readonly sourceVolumeId: string | null;
  readonly attachments: readonly AttachmentRecord[];
  readonly isBootable: boolean;
  /** What the service itself shows among the metadata, which users can neither write nor remove. */
  readonly shownMetadata: Readonly<Record<string, string>>;
  /** Whether the scheduler has given it to a backend. */
  readonly hasHost: boolean;
  /** Whether an administrator has it moved to another backend. */
  readonly isMigrating: boolean;
}

export interface AttachmentRecord {
  readonly id: string;
  readonly serverId: string | null;
  readonly hostName: string | null;
  readonly device: string;
  readonly attachedAt: Instant;
}

export interface SnapshotRecord extends ResourceRecord {
  readonly volumeId: string;
}

/** Why work failed, for the user who asked for it. */
export interface MessageRecord {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceType: "VOLUME" | "VOLUME_SNAPSHOT";
  readonly eventId: string;
  readonly userMessage: string;
  readonly requestId: string;
  readonly createdAt: Instant;
}

/** Newest first, as the lists of the service. */
export function newestFirst(
  a: { readonly createdAt: Instant; readonly id: string },
  b: { readonly createdAt: Instant; readonly id: string },
): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  if (a.id === b.id) return 0;
  return a.id < b.id ? 1 : -1;
}
