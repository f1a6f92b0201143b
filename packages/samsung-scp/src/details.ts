import type { Snapshot, Volume } from "@polyvol/core";
import { parseTimestamp, providerDetails } from "@polyvol/core/driver";
import { toObject } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WireSnapshot, WireVolume } from "./wire.ts";

/** What the service says of a snapshot beyond the neutral fields. */
export interface SamsungScpSnapshotDetails {
  /** Who made it: 32 characters. */
  readonly userId: string | undefined;
  /** Of the last change, where the service says. */
  readonly modifiedAt: Date | undefined;
  /** All its metadata: tags, what is not flat, Polyvol's own mark. Empty where the service returned no object. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the service says of a volume beyond the neutral fields. */
export interface SamsungScpVolumeDetails extends Omit<SamsungScpSnapshotDetails, "metadata"> {
  /** Id of its type. */
  readonly volumeTypeId: string | undefined;
  /** Whether several servers can have it at once. */
  readonly multiattach: boolean | undefined;
  /** I/O operations a second that it is provisioned for. API version 1.2 or later. */
  readonly maxIops: number | undefined;
  /** MB a second that it is provisioned for. API version 1.2 or later. */
  readonly maxThroughput: number | undefined;
  /** Of bootable volumes, under the service's own keys, such as `image_id` and `os_distro`; else empty. */
  readonly imageMetadata: Readonly<Record<string, unknown>>;
}

/**
 * What the service says of a volume or snapshot beyond the neutral fields. `undefined` for a resource of another
 * provider, and for one that came through JSON.
 */
export function samsungScpDetails(resource: Volume): SamsungScpVolumeDetails | undefined;
export function samsungScpDetails(resource: Snapshot): SamsungScpSnapshotDetails | undefined;
export function samsungScpDetails(resource: Volume | Snapshot): object | undefined {
  const wire = providerDetails(resource) as WireVolume | WireSnapshot | undefined;
  if (wire === undefined || resource.provider !== PROVIDER) return undefined;
  const userId = wire.user_id ?? undefined;
  if ("volume_id" in wire) {
    return { userId, modifiedAt: parseTimestamp(wire.updated_at), metadata: toObject(wire.metadata) };
  }
  return {
    userId,
    modifiedAt: parseTimestamp(wire.modified_at),
    volumeTypeId: wire.volume_type_id ?? undefined,
    multiattach: wire.multiattach ?? undefined,
    maxIops: wire.max_iops ?? undefined,
    maxThroughput: wire.max_throughput ?? undefined,
    imageMetadata: toObject(wire.volume_image_metadata),
  };
}
