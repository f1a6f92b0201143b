/** Wire ↔ core. Pure. */
import type { ProviderOptions, Snapshot, SnapshotState, Volume } from "@polyvol/core";
import {
  type DriverCreateSnapshot,
  type DriverCreateVolume,
  type DriverPage,
  isSameId,
  omitUndefined,
  parseTimestamp,
  providerDetails,
  refusedArgument,
  withProviderDetails,
} from "@polyvol/core/driver";
import { cinderSnapshotState, cinderVolumeState, hasNextLink } from "@polyvol/core/http";
import { TRIMMED } from "./capabilities.ts";
import { checkSnapshotOptions, volumeOptions } from "./provider-options.ts";
import { toMetadata, toTags } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WireAttachment, WireSnapshot, WireVolume } from "./wire.ts";

/** The service wants a device with every attachment, and does nothing with it. */
export const MOUNTPOINT = "auto";

/** The service names no region: a storage is of one. */
export function toVolume(wire: WireVolume, region: string): Volume {
  const bootable = wire.bootable?.toString().toLowerCase();
  const volume: Volume = omitUndefined({
    id: wire.id,
    name: wire.name ?? "",
    provider: PROVIDER,
    region,
    zone: wire.availability_zone || undefined,
    sizeGiB: wire.size,
    state: cinderVolumeState(wire.status),
    providerState: wire.status,
    // Named once the volume service has made it (3.48).
    failedLater: (wire.status === "error" && wire.service_uuid !== null) || undefined,
    createdAt: parseTimestamp(wire.created_at) as Date,
    description: wire.description || undefined,
    ...toTags(wire.metadata),
    attachments: wire.attachments.map(toAttachment),
    sourceSnapshotId: wire.snapshot_id || undefined,
    volumeType: wire.volume_type || undefined,
    encrypted: wire.encrypted ?? undefined,
    bootable: bootable === "true" ? true : bootable === "false" ? false : undefined,
  });
  return withProviderDetails(volume, wire);
}

/** What is attached by the name of a host has that in place of a server's id. */
function toAttachment(wire: WireAttachment): Volume["attachments"][number] {
  const device = wire.device && wire.device !== MOUNTPOINT ? wire.device : undefined;
  const attachedAt = parseTimestamp(wire.attached_at);
  return omitUndefined({ serverId: wire.server_id || wire.host_name || "", device, attachedAt });
}

/** `0%` until the volume service has made the snapshot, and of one that it could not make. */
const PROGRESS = "os-extended-snapshot-attributes:progress";

/** A snapshot needs, and counts in quotas as, the size that its volume had. */
export function toSnapshot(wire: WireSnapshot, region: string): Snapshot {
  const snapshot: Snapshot = omitUndefined({
    id: wire.id,
    name: wire.name ?? "",
    provider: PROVIDER,
    volumeId: wire.volume_id,
    regions: [region],
    state: toSnapshotState(wire.status),
    providerState: wire.status,
    failedLater: (wire.status === "error" && wire[PROGRESS] !== "0%") || undefined,
    createdAt: parseTimestamp(wire.created_at) as Date,
    minVolumeSizeGiB: wire.size,
    billableGiB: wire.size,
    description: wire.description || undefined,
    ...toTags(wire.metadata),
  });
  return withProviderDetails(snapshot, wire);
}

/** A link to a next page says that more follows: a page may be shorter than was asked for all the same. */
export function toPage<T>(items: readonly T[], links: unknown): DriverPage<T> {
  return { items, hasMore: hasNextLink(links) };
}

/** `backing-up`: as good as it was, and read; nothing else can be made of it meanwhile. */
export function toSnapshotState(status: string): SnapshotState {
  return status === "backing-up" ? "restoring" : cinderSnapshotState(status);
}

/** Whether a volume waits for a person: the transfer has to be accepted or given up. */
export function waitsForPerson(status: string | undefined): boolean {
  return status === "awaiting-transfer";
}

/** Types are asked for by their name or their id; older servers show the name alone, which contradicts no id. */
export function isOfType(volume: Volume, asked: string): boolean {
  const { volume_type_id: id } = (providerDetails(volume) as WireVolume | undefined) ?? {};
  return id ? isSameId(id, asked) : UUID.test(asked);
}

/** @throws PolyvolError `invalid_argument` for options that do not fit */
export function unlikeOptions(volume: Volume, options: ProviderOptions | undefined): string | undefined {
  const { availabilityZone, sourceVolumeId } = volumeOptions(options);
  if (availabilityZone !== undefined && volume.zone !== availabilityZone)
    return `it is in the zone ${volume.zone}, asked for was ${availabilityZone}`;
  const { source_volid: source } = (providerDetails(volume) as WireVolume | undefined) ?? {};
  if (sourceVolumeId === undefined || isSameId(source ?? undefined, sourceVolumeId)) return undefined;
  return `it was copied from ${source ? `volume ${source}` : "no known volume"}, asked for was volume ${sourceVolumeId}`;
}

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** @throws PolyvolError `invalid_argument` for options that do not fit */
export function toCreateVolumeBody(input: DriverCreateVolume) {
  const { availabilityZone, sourceVolumeId } = volumeOptions(input.providerOptions);
  return {
    name: input.name,
    size: input.sizeGiB,
    description: checkDescription(input.description),
    metadata: toMetadata(input.tags, input.attemptId),
    volume_type: input.volumeType,
    snapshot_id: input.sourceSnapshotId,
    source_volid: sourceVolumeId,
    availability_zone: availabilityZone,
  };
}

/** @throws PolyvolError `invalid_argument` for options: there are none */
export function toCreateSnapshotBody(input: DriverCreateSnapshot, needsForce: boolean) {
  checkSnapshotOptions(input.providerOptions);
  const { name, volumeId: volume_id, tags, attemptId } = input;
  const force = (needsForce && input.allowAttached) || undefined;
  return {
    name,
    volume_id,
    description: checkDescription(input.description),
    force,
    metadata: toMetadata(tags, attemptId),
  };
}

/** @throws PolyvolError `invalid_argument` for a text that would not come back as it was sent */
export function checkDescription(text: string | undefined): string | undefined {
  if (!text || new RegExp(`^${TRIMMED}$`).test(text)) return text;
  throw refusedArgument(
    "description: the service drops white space at either end; allowed are texts without",
  );
}
