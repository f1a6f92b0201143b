import type { Snapshot, Volume } from "@polyvol/core";
import { omitUndefined, providerDetails, withProviderDetails } from "@polyvol/core/driver";
import type { Commit, SnapshotRecord, VolumeRecord } from "./state.ts";

/** What the driver needs to know beside a record to show it. */
export interface Reading {
  readonly provider: string;
  /** Whether the provider returns the tags of volumes. */
  readonly readTags: boolean;
  /** Whether the credentials are shown no tags. */
  readonly hidesTags: boolean;
}

export function toVolume(record: VolumeRecord, reading: Reading, commit: Commit): Volume {
  const { id, name, region, sizeGiB, state, description, sourceSnapshotId, volumeType } = record;
  const volume = {
    id,
    name,
    provider: reading.provider,
    region,
    sizeGiB,
    state,
    providerState: state,
    createdAt: new Date(record.createdAt),
    tags: reading.readTags && !reading.hidesTags ? { ...record.tags } : {},
    attachments: record.attachments.map((each) => ({ ...each, attachedAt: new Date(each.attachedAt) })),
    volumeType,
    ...omitUndefined({ description, sourceSnapshotId }),
  };
  return rewritten(volume, commit);
}

export function toSnapshot(record: SnapshotRecord, reading: Reading, commit: Commit): Snapshot {
  const { id, name, volumeId, region, state, sizeGiB, description, attemptId } = record;
  const snapshot = {
    id,
    name,
    provider: reading.provider,
    volumeId,
    regions: [region],
    state,
    providerState: state,
    createdAt: new Date(record.createdAt),
    minVolumeSizeGiB: sizeGiB,
    tags: reading.hidesTags ? {} : { ...record.tags },
    ...omitUndefined({ description }),
  };
  return withProviderDetails(rewritten(snapshot, commit), { attemptId } satisfies MemoryDetails);
}

interface MemoryDetails {
  readonly attemptId: string | undefined;
}

/** The mark of the create that made it, where names may repeat. */
export function attemptIdOf(resource: Volume | Snapshot): string | undefined {
  return (providerDetails(resource) as MemoryDetails | undefined)?.attemptId;
}

/** A resource after the fault that the call met. The fault may make anything of it. */
function rewritten<T extends Volume | Snapshot>(resource: T, { fault }: Commit): T {
  return fault?.effect === "rewrite" ? (fault.rewrite({ ...resource }) as unknown as T) : resource;
}
