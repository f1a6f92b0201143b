/** Wire ↔ core. Pure. The words for states are those of Cinder, which the service is built on. */
import type { Snapshot, SnapshotState, Volume, VolumeState } from "@polyvol/core";
import {
  type DriverCreateSnapshot,
  type DriverCreateVolume,
  type DriverPage,
  omitUndefined,
  parseTimestamp,
  withProviderDetails,
} from "@polyvol/core/driver";
import { cinderSnapshotState, cinderVolumeState, hasNextLink } from "@polyvol/core/http";
import { checkSnapshotOptions, volumeOptions } from "./provider-options.ts";
import { isKnown, toFlatTags, toMetadata, toTags, toWireTags } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WirePage, WireServer, WireSnapshot, WireVolume } from "./wire.ts";

/** The service names no region: a storage is of one. */
export function toVolume(wire: WireVolume, region: string): Volume {
  const volume: Volume = omitUndefined({
    id: wire.id,
    name: wire.name ?? "",
    provider: PROVIDER,
    region,
    sizeGiB: wire.size,
    state: toVolumeState(wire.state),
    providerState: wire.state,
    createdAt: parseTimestamp(wire.created_at) as Date,
    tags: {},
    attachments: wire.servers.map(toAttachment),
    zone: wire.zone || undefined,
    sourceSnapshotId: wire.snapshot_id || undefined,
    volumeType: wire.volume_type || undefined,
    encrypted: wire.encrypted ?? undefined,
    bootable: wire.bootable ?? undefined,
  });
  return withProviderDetails(volume, wire);
}

function toAttachment(wire: WireServer): Volume["attachments"][number] {
  const attachedAt = parseTimestamp(wire.attached_at);
  return omitUndefined({ serverId: wire.id, device: wire.device || undefined, attachedAt });
}

/** A snapshot is a full copy: it needs, and is billed by, the size of its volume. */
export function toSnapshot(wire: WireSnapshot, region: string): Snapshot {
  const snapshot: Snapshot = omitUndefined({
    id: wire.id,
    name: wire.name ?? "",
    provider: PROVIDER,
    volumeId: wire.volume_id,
    regions: [region],
    state: toSnapshotState(wire.status ?? ""),
    createdAt: parseTimestamp(wire.created_at) as Date,
    minVolumeSizeGiB: wire.size,
    billableGiB: wire.size,
    tags: toTags(wire.metadata),
    flatTags: toFlatTags(wire.metadata),
    tagsUnknown: isKnown(wire.metadata) ? undefined : true,
    providerState: wire.status || undefined,
    description: wire.description || undefined,
  });
  return withProviderDetails(snapshot, wire);
}

/** A link to a next page says that more follows; so does a count, which is not asked for, where one comes. */
export function toPage<T>(
  items: readonly T[],
  { links, count }: WirePage,
  linksOfKind: unknown,
): DriverPage<T> {
  const total = typeof count === "number" ? count : undefined;
  const hasMore = hasNextLink(links) || hasNextLink(linksOfKind) || undefined;
  return omitUndefined({ items, total, hasMore });
}

export function toVolumeState(providerState: string): VolumeState {
  return cinderVolumeState(normalise(providerState));
}

export function toSnapshotState(providerState: string): SnapshotState {
  return cinderSnapshotState(normalise(providerState));
}

/** Volumes that wait for a person: the transfer has to be accepted or given up, the maintenance ended. */
const BLOCKED: readonly string[] = ["awaiting-transfer", "maintenance"];

export function isBlocked({ providerState = "" }: Volume): boolean {
  return BLOCKED.includes(normalise(providerState));
}

/** States of failed work from which the service's page on deletion does not let a volume go. */
const UNDELETABLE: readonly string[] = ["error-deleting", "error-backing-up"];

export function whyUndeletable(resource: Volume | Snapshot): string | undefined {
  const { providerState = "" } = resource;
  if ("volumeId" in resource || !UNDELETABLE.includes(normalise(providerState))) return undefined;
  return `it is in the state ${providerState}, from which the service deletes no volume`;
}

/** Spellings differ between the service's own pages: `in-use`, `In Use` and `IN_USE` are one state. */
function normalise(state: string): string {
  return (state.toLowerCase().match(/[a-z]+/g) ?? []).join("-");
}

/** @throws PolyvolError `invalid_argument` for options that do not fit */
export function toCreateVolumeBody(input: DriverCreateVolume) {
  const { name, sizeGiB: size, sourceSnapshotId: snapshot_id, volumeType: volume_type } = input;
  const { maxIops: max_iops, maxThroughput: max_throughput } = volumeOptions(input.providerOptions);
  return { name, size, snapshot_id, volume_type, tags: toWireTags(input.tags), max_iops, max_throughput };
}

/** @throws PolyvolError `invalid_argument` for options: there are none */
export function toCreateSnapshotBody(input: DriverCreateSnapshot) {
  checkSnapshotOptions(input.providerOptions);
  const { name, volumeId: volume_id, description, tags, attemptId } = input;
  const force = input.allowAttached || undefined;
  return { name, volume_id, description, force, metadata: toMetadata(tags, attemptId) };
}
