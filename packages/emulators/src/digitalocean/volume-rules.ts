import { apiError, conflict, notFound, unprocessable } from "./errors.ts";
import type { SnapshotRecord, VolumeRecord } from "./records.ts";
import type { CreateVolumeBody } from "./requests.ts";
import { checkTags, useTags } from "./tag-rules.ts";
import type { World } from "./world.ts";

/** Lower-case letters, digits and dashes; a letter first, no dash last, as the service itself said in 2017. */
const VOLUME_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const MAX_DESCRIPTION_BYTES = 1024;
const LABEL_LENGTH: Readonly<Record<string, number>> = { ext4: 16, xfs: 12 };

const refused = (reason: string): Error => unprocessable(`failed to create volume: ${reason}`);

/** Throws 422 unless the size is a whole number of GiB that a volume can have. */
export function checkSize(world: World, size: number | undefined, doing: "create" | "resize"): number {
  const { maxVolumeGiB } = world.settings;
  if (size !== undefined && Number.isInteger(size) && size >= 1 && size <= maxVolumeGiB) return size;
  throw unprocessable(`failed to ${doing} volume: invalid size specified`);
}

/** Throws 403 when the account has no room for so many GiB more. */
export function checkCapacity(world: World, moreGiB: number, failure: string): void {
  const { capacityGiB } = world.settings;
  if (capacityGiB > 0 && world.usedGiB() + moreGiB > capacityGiB) {
    throw apiError(403, `${failure}: volume/snapshot capacity limit exceeded`);
  }
}

function sourceOf(world: World, id: string | undefined): SnapshotRecord | undefined {
  if (id === undefined) return undefined;
  const snapshot = world.snapshots.get(id);
  if (snapshot?.resourceType !== "volume") throw notFound(`Cannot find ${id}`);
  return snapshot;
}

function regionFor(world: World, region: string | undefined, source: SnapshotRecord | undefined): string {
  const wanted = region ?? source?.homeRegion;
  if (wanted === undefined || !world.regions.has(wanted)) throw refused("invalid region specified");
  if (!world.regions.hasStorage(wanted)) throw unprocessable("Storage is not supported for this region");
  if (source !== undefined && wanted !== source.homeRegion)
    throw refused("the snapshot is in another region");
  return wanted;
}

function checkFilesystem({ filesystem_type: type, filesystem_label: label }: CreateVolumeBody): void {
  const longest = type === undefined ? 0 : LABEL_LENGTH[type];
  if (longest === undefined) throw refused("invalid filesystem type; use ext4 or xfs");
  if (label === undefined) return;
  if (type === undefined) throw refused("a filesystem label needs a filesystem type");
  if (label.length > longest) throw refused(`the filesystem label is longer than ${longest} characters`);
}

/** Creates a volume, empty or from a snapshot, or throws what the provider answers instead. */
export function createVolume(world: World, body: CreateVolumeBody, now: number): VolumeRecord {
  const { name, description = "" } = body;
  if (name === undefined || name.length > world.settings.volumeNameLength || !VOLUME_NAME.test(name)) {
    throw refused("invalid volume name. names must be lowercase and alphanumeric");
  }
  const source = sourceOf(world, body.snapshot_id);
  // A restored volume has the size of its snapshot, whatever was asked for.
  const sizeGiB = source?.minDiskSize ?? checkSize(world, body.size_gigabytes, "create");
  const region = regionFor(world, body.region, source);
  if (Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES) {
    throw refused(`the description is longer than ${MAX_DESCRIPTION_BYTES} bytes`);
  }
  checkFilesystem(body);
  checkTags(world, body.tags);
  if (world.volumeNamed(name, region) !== undefined)
    throw conflict("failed to create volume: already exists");
  const { volumeLimit } = world.settings;
  if (volumeLimit > 0 && world.volumes.size >= volumeLimit) {
    throw apiError(403, "failed to create volume: volume/snapshot capacity limit exceeded");
  }
  checkCapacity(world, sizeGiB, "failed to create volume");

  const id = world.newId();
  const volume: VolumeRecord = {
    id,
    name,
    description,
    sizeGiB,
    region,
    dropletId: undefined,
    createdAt: now,
    filesystemType: source?.filesystemType ?? body.filesystem_type ?? "",
    filesystemLabel: source?.filesystemLabel ?? body.filesystem_label ?? "",
    tags: useTags(world, body.tags, "volume", id, now),
    usedGB: source?.sizeGB ?? 0,
  };
  world.volumes.put(volume, now);
  return volume;
}

/** Deletes a volume; its snapshots stay. An attached one, or one about to be, is refused. */
export function deleteVolume(world: World, volume: VolumeRecord, now: number): void {
  const attaching = world.running().some(({ type, volumeId }) => type === "attach" && volumeId === volume.id);
  if (volume.dropletId !== undefined || attaching) {
    throw conflict("failed to delete volume: attached volume cannot be deleted");
  }
  world.volumes.remove(volume.id, now);
  world.lastSnapshotAt.delete(volume.id);
}
