import { type CollectionView, recordsFor } from "../kit/collection.ts";
import { type CreateVolumeBody, createVolumeBody, readBody } from "./bodies.ts";
import { type Call, type Handler, many, NO_CONTENT, type Operation, one } from "./call.ts";
import type { SnapshotRecord, VolumeRecord } from "./records.ts";
import { volumeText } from "./render.ts";
import { apiError, conflict, notFound, unprocessable } from "./responses.ts";
import type { State } from "./state.ts";
import { checkTags, useTags } from "./tags.ts";

/** Lower-case letters, digits and dashes; a letter first, no dash last, as the service itself said in 2017. */
const VOLUME_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;
const MAX_DESCRIPTION_BYTES = 1024;
const LABEL_LENGTH: Readonly<Record<string, number>> = { ext4: 16, xfs: 12 };

const refused = (reason: string): Error => unprocessable(`failed to create volume: ${reason}`);

/** Throws 422 unless the size is a whole number of GiB that a volume can have. */
export function checkSize(state: State, size: number | undefined, doing: "create" | "resize"): number {
  const { maxVolumeGiB } = state.options;
  if (size !== undefined && Number.isInteger(size) && size >= 1 && size <= maxVolumeGiB) return size;
  throw unprocessable(`failed to ${doing} volume: invalid size specified`);
}

/** Throws 403 when the account has no room for so many GiB more. */
export function checkCapacity(state: State, moreGiB: number, failure: string): void {
  const { capacityGiB } = state.options;
  if (capacityGiB > 0 && state.usedGiB() + moreGiB > capacityGiB) {
    throw apiError(403, `${failure}: volume/snapshot capacity limit exceeded`);
  }
}

function sourceOf(state: State, id: string | undefined): SnapshotRecord | undefined {
  if (id === undefined) return undefined;
  const snapshot = state.snapshots.get(id);
  if (snapshot?.resourceType !== "volume") throw notFound(`Cannot find ${id}`);
  return snapshot;
}

function regionFor(state: State, region: string | undefined, source: SnapshotRecord | undefined): string {
  const wanted = region ?? source?.homeRegion;
  if (wanted === undefined || !state.regions.has(wanted)) throw refused("invalid region specified");
  if (!state.regions.hasStorage(wanted)) throw unprocessable("Storage is not supported for this region");
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

/** Deletes a volume; its snapshots stay. An attached one, or one about to be, is refused. */
function deleteVolume(state: State, volume: VolumeRecord, now: number): void {
  const attaching = state.running().some(({ type, volumeId }) => type === "attach" && volumeId === volume.id);
  if (volume.dropletId !== undefined || attaching) {
    throw conflict("failed to delete volume: attached volume cannot be deleted");
  }
  state.volumes.remove(volume.id, now);
  state.lastSnapshotAt.delete(volume.id);
}

/** The volume that the path names, or 404. */
export function volumeOf(call: Call): VolumeRecord {
  const volume = recordsFor(call, call.state.volumes, "one").get(call.params["volume_id"] ?? "");
  if (volume === undefined) throw notFound();
  return volume;
}

/** Both filters are exact, and an empty one is none. */
function wanted(
  volumes: CollectionView<VolumeRecord, "name" | "region">,
  name: string | null,
  region: string | null,
): readonly VolumeRecord[] {
  const somewhere = region === null || region === "";
  if (name === null || name === "") return somewhere ? volumes.all() : volumes.by("region", region);
  const named = volumes.by("name", name);
  return somewhere ? named : named.filter((volume) => volume.region === region);
}

const list: Handler = (call) => {
  const { query } = call.request;
  const name = query.get("name");
  const region = query.get("region");
  const volumes = recordsFor(call, call.state.volumes, "list");
  return many(call, "volumes", wanted(volumes, name, region), (volume) =>
    volumeText(volume, call.state.regions, call.view),
  );
};

/** Creates a volume, empty or from a snapshot. */
const create: Handler = ({ state, request, grant, view, now }) => {
  const body = readBody(createVolumeBody, request);
  if (body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const { name, description = "" } = body;
  if (name === undefined || name.length > state.options.volumeNameLength || !VOLUME_NAME.test(name)) {
    throw refused("invalid volume name. names must be lowercase and alphanumeric");
  }
  const source = sourceOf(state, body.snapshot_id);
  // A restored volume has the size of its snapshot, whatever was asked for.
  const sizeGiB = source?.minDiskSize ?? checkSize(state, body.size_gigabytes, "create");
  const region = regionFor(state, body.region, source);
  if (Buffer.byteLength(description) > MAX_DESCRIPTION_BYTES) {
    throw refused(`the description is longer than ${MAX_DESCRIPTION_BYTES} bytes`);
  }
  checkFilesystem(body);
  checkTags(state, body.tags);
  if (state.volumeNamed(name, region) !== undefined)
    throw conflict("failed to create volume: already exists");
  const { volumeLimit } = state.options;
  if (volumeLimit > 0 && state.volumes.size >= volumeLimit) {
    throw apiError(403, "failed to create volume: volume/snapshot capacity limit exceeded");
  }
  checkCapacity(state, sizeGiB, "failed to create volume");

  const id = state.newId();
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
    tags: useTags(state, body.tags, "volume", id, now),
    usedGB: source?.sizeGB ?? 0,
  };
  state.volumes.put(volume, now);
  return one(
    201,
    "volume",
    volumeText(volume, state.regions, { ...view, nulls: state.options.faithfulNulls }),
  );
};

const get: Handler = (call) => one(200, "volume", volumeText(volumeOf(call), call.state.regions, call.view));

const remove: Handler = (call) => {
  deleteVolume(call.state, volumeOf(call), call.now);
  return NO_CONTENT;
};

const removeByName: Handler = ({ state, request, now }) => {
  const name = request.query.get("name") ?? "";
  const region = request.query.get("region") ?? "";
  if (name === "" || region === "")
    throw unprocessable("failed to delete volume: name and region are required");
  const volume = state.volumeNamed(name, region);
  if (volume === undefined) throw notFound();
  deleteVolume(state, volume, now);
  return NO_CONTENT;
};

export const volumeOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/volumes", scopes: ["block_storage:read"], handler: list },
  { method: "POST", path: "/v2/volumes", scopes: ["block_storage:create"], handler: create },
  { method: "DELETE", path: "/v2/volumes", scopes: ["block_storage:delete"], handler: removeByName },
  { method: "GET", path: "/v2/volumes/{volume_id}", scopes: ["block_storage:read"], handler: get },
  { method: "DELETE", path: "/v2/volumes/{volume_id}", scopes: ["block_storage:delete"], handler: remove },
];
