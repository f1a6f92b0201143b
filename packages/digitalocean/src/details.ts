import type { Snapshot, Volume } from "@polyvol/core";
import { providerDetails } from "@polyvol/core/driver";
import { PROVIDER } from "./version.ts";
import type { WireSnapshot, WireVolume } from "./wire.ts";

/** What DigitalOcean says of a snapshot beyond the neutral fields. */
export interface DigitalOceanSnapshotDetails {
  /** All flat tags, also several of one key. Empty also where the token lacks the scope `tag:read`. */
  readonly flatTags: readonly string[];
}

/** What DigitalOcean says of a volume beyond the neutral fields. */
export interface DigitalOceanVolumeDetails extends DigitalOceanSnapshotDetails {
  /** `ext4`, `xfs`, or `undefined` for an unformatted volume. */
  readonly filesystemType: string | undefined;
  /** Label of the file system that DigitalOcean made. */
  readonly filesystemLabel: string | undefined;
  /** The region object as it came: beside the slug, documented are `name`, `available`, `features` and `sizes`. */
  readonly region: {
    /** Such as `nyc3`. */
    readonly slug: string;
    readonly [key: string]: unknown;
  };
}

/**
 * What DigitalOcean says of a volume or snapshot beyond the neutral fields. `undefined` for a resource of another
 * provider, and for one that came through JSON.
 */
export function digitalOceanDetails(resource: Volume): DigitalOceanVolumeDetails | undefined;
export function digitalOceanDetails(resource: Snapshot): DigitalOceanSnapshotDetails | undefined;
export function digitalOceanDetails(
  resource: Volume | Snapshot,
): DigitalOceanVolumeDetails | DigitalOceanSnapshotDetails | undefined {
  const wire = providerDetails(resource) as WireVolume | WireSnapshot | undefined;
  if (wire === undefined || resource.provider !== PROVIDER) return undefined;
  const flatTags = wire.tags ?? [];
  if (!("region" in wire)) return { flatTags };
  return {
    flatTags,
    filesystemType: wire.filesystem_type || undefined,
    filesystemLabel: wire.filesystem_label || undefined,
    region: { ...wire.region },
  };
}
