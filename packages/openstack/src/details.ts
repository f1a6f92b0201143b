import type { Snapshot, Volume } from "@polyvol/core";
import { parseTimestamp, providerDetails } from "@polyvol/core/driver";
import { readMetadata } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WireSnapshot, WireVolume } from "./wire.ts";

/** What the service says of a snapshot beyond the neutral fields. */
export interface OpenStackSnapshotDetails {
  /** Who made it, where the server says. */
  readonly userId: string | undefined;
  /** Of the last change of anything, a state included. */
  readonly updatedAt: Date | undefined;
  /** All its metadata: tags, and Polyvol's own mark. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the service says of a volume beyond the neutral fields. */
export interface OpenStackVolumeDetails extends OpenStackSnapshotDetails {
  /** Whether several servers can have it at once. */
  readonly multiattach: boolean | undefined;
  /** Id of the volume that it was copied from. */
  readonly sourceVolumeId: string | undefined;
  /** Ids of its attachments, in the order of the neutral ones. */
  readonly attachmentIds: readonly string[];
}

/**
 * What the service says of a volume or snapshot beyond the neutral fields. `undefined` for a resource of another
 * provider, and for one that came through JSON.
 */
export function openStackDetails(resource: Volume): OpenStackVolumeDetails | undefined;
export function openStackDetails(resource: Snapshot): OpenStackSnapshotDetails | undefined;
export function openStackDetails(resource: Volume | Snapshot): object | undefined {
  const wire = providerDetails(resource) as WireVolume | WireSnapshot | undefined;
  if (wire === undefined || resource.provider !== PROVIDER) return undefined;
  const common = {
    userId: wire.user_id ?? undefined,
    updatedAt: parseTimestamp(wire.updated_at),
    metadata: readMetadata(wire.metadata) ?? {},
  };
  if ("volume_id" in wire) return common;
  return {
    ...common,
    multiattach: wire.multiattach ?? undefined,
    sourceVolumeId: wire.source_volid ?? undefined,
    attachmentIds: wire.attachments.map((each) => each.attachment_id ?? ""),
  };
}
