/** Wire ↔ core. Pure. */
import { PolyvolError, type Snapshot, type Volume } from "@polyvol/core";
import {
  type DriverCreateSnapshot,
  type DriverCreateVolume,
  type DriverPage,
  omitUndefined,
  parseDateTime,
  withProviderDetails,
} from "@polyvol/core/driver";
import { snapshotOptions, volumeOptions } from "./provider-options.ts";
import { markDescription, readDescription } from "./source-annotation.ts";
import { readTags, toFlatTags } from "./tags.ts";
import { PROVIDER } from "./version.ts";
import type { WirePage, WireSnapshot, WireSnapshots, WireVolume } from "./wire.ts";

/** A volume has no status: once its creation is answered it is usable, attached or not. */
export function toVolume(wire: WireVolume): Volume {
  const attachments = (wire.droplet_ids ?? []).map((id) => ({ serverId: String(id) }));
  const volume: Volume = {
    id: wire.id,
    name: wire.name,
    provider: PROVIDER,
    region: wire.region.slug,
    sizeGiB: wire.size_gigabytes,
    state: attachments.length > 0 ? "in_use" : "available",
    createdAt: parseDateTime(wire.created_at),
    ...readDescription(wire.description),
    ...readTags(wire.tags),
    attachments,
  };
  return withProviderDetails(volume, wire);
}

/**
 * A snapshot is complete when its creation is answered. `size_gigabytes` is what is charged, not what a restore needs.
 * `of`: the volume that it was asked for by, for an answer that does not say it.
 */
export function toSnapshot(wire: WireSnapshot, of = ""): Snapshot {
  const snapshot: Snapshot = {
    id: wire.id,
    name: wire.name,
    provider: PROVIDER,
    volumeId: wire.resource_id || of,
    regions: wire.regions,
    state: "available",
    createdAt: parseDateTime(wire.created_at),
    minVolumeSizeGiB: wire.min_disk_size,
    billableGiB: wire.size_gigabytes,
    ...readTags(wire.tags),
  };
  return withProviderDetails(snapshot, wire);
}

/**
 * The volume snapshots of a page. Where only these were asked for others can still come: they are left out, of the total
 * too.
 * @throws PolyvolError `malformed_response` where a full page holds others: neighbouring pages tell by what they share
 * that nothing between them was lost
 */
export function toSnapshotPage(answer: WireSnapshots, pageSize: number): DriverPage<Snapshot> {
  const { snapshots: all } = answer;
  const ours = all.filter((wire) => wire.resource_type === "volume");
  if (ours.length < all.length && all.length >= pageSize) {
    throw new PolyvolError("malformed_response", "a listing of volume snapshots held others");
  }
  const page = toPage(
    ours.map((wire) => toSnapshot(wire)),
    answer,
  );
  return page.total === undefined ? page : { ...page, total: page.total - (all.length - ours.length) };
}

/** What a creation answers: one without tags has `null` for them. */
export function asMade<T extends WireVolume | WireSnapshot>(wire: T): T {
  return { ...wire, tags: wire.tags ?? [] };
}

/** The total says where a listing ends, and a link to a next page that it goes on. Core judges where they disagree. */
export function toPage<T>(items: readonly T[], { meta, links }: WirePage): DriverPage<T> {
  return omitUndefined({ items, total: meta?.total, hasMore: hasNext(links) || undefined });
}

/** Only told from where there is no total, so what is odd about links must not make a page unreadable. */
function hasNext(links: unknown): boolean {
  const { next } = Object(Object(links).pages) as { readonly next?: unknown };
  return typeof next === "string" && next !== "";
}

/** @throws PolyvolError `invalid_argument` for options, a description or a tag that do not fit */
export function toCreateVolumeBody(input: DriverCreateVolume, region: string | undefined) {
  const { filesystemType, filesystemLabel, tags: extraTags } = volumeOptions(input.providerOptions);
  const description = markDescription(input.description, input.sourceSnapshotId);
  const tags = toFlatTags(input.tags, extraTags);
  return omitUndefined({
    name: input.name,
    // Must be sent, and is ignored, with `snapshot_id`.
    size_gigabytes: input.sizeGiB,
    region: region || undefined,
    description: description || undefined,
    snapshot_id: input.sourceSnapshotId || undefined,
    filesystem_type: filesystemType || undefined,
    filesystem_label: filesystemLabel || undefined,
    tags: tags.length > 0 ? tags : undefined,
  });
}

/** @throws PolyvolError `invalid_argument` for options or a tag that do not fit */
export function toCreateSnapshotBody(input: DriverCreateSnapshot) {
  const tags = toFlatTags(input.tags, snapshotOptions(input.providerOptions).tags);
  return { name: input.name, ...(tags.length > 0 ? { tags } : {}) };
}
