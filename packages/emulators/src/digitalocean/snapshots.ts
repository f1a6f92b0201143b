import { recordsFor } from "../kit/collection.ts";
import { createSnapshotBody, readBody } from "./bodies.ts";
import { type Call, type Handler, many, NO_CONTENT, type Operation, one } from "./call.ts";
import type { SnapshotRecord, VolumeRecord } from "./records.ts";
import { snapshotText } from "./render.ts";
import { apiError, conflict, notFound, unprocessable } from "./responses.ts";
import type { State } from "./state.ts";
import { checkTags, useTags } from "./tags.ts";
import { checkCapacity, volumeOf } from "./volumes.ts";

/** A span as the provider's services write it: 600,000 ms is `10m0s`. */
function spanText(ms: number): string {
  const seconds = ms / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

function checkName(state: State, name: string, volume: VolumeRecord): void {
  const { snapshotNameScope } = state.options;
  if (snapshotNameScope === "none") return;
  const namesakes = state.snapshots.by("name", name).filter(({ resourceType }) => resourceType === "volume");
  const taken = namesakes.some(
    ({ resourceId }) => snapshotNameScope === "account" || resourceId === volume.id,
  );
  if (taken) throw conflict("failed to create snapshot: already exists");
}

function checkInterval(state: State, volume: VolumeRecord, now: number): void {
  const { snapshotIntervalMs, snapshotRetryAfter } = state.options;
  const last = state.lastSnapshotAt.get(volume.id);
  if (last === undefined || now - last >= snapshotIntervalMs) return;
  const span = spanText(snapshotIntervalMs);
  const wait = String(Math.ceil((last + snapshotIntervalMs - now) / 1000));
  throw apiError(
    429,
    `failed to create snapshot: this operation is rate-limited - one request per ${span}`,
    snapshotRetryAfter ? { "retry-after": wait } : {},
  );
}

function checkCount(state: State, volume: VolumeRecord): void {
  const { snapshotsPerVolume, snapshotLimitStatus } = state.options;
  if (snapshotsPerVolume === 0) return;
  if (state.snapshots.by("resource", volume.id).length < snapshotsPerVolume) return;
  throw apiError(
    snapshotLimitStatus,
    `failed to create snapshot: a volume cannot have more than ${snapshotsPerVolume} snapshots`,
  );
}

/** The snapshot that the path names. An image that is no snapshot is 400, anything else unknown is 404. */
function snapshotOf(call: Call): SnapshotRecord {
  const id = call.params["snapshot_id"] ?? "";
  const snapshot = recordsFor(call, call.state.snapshots, "one").get(id);
  if (snapshot !== undefined) return snapshot;
  throw call.state.images.has(id) ? apiError(400, "the resource is not a snapshot") : notFound();
}

function volumeSnapshotOf(call: Call): SnapshotRecord {
  const snapshot = recordsFor(call, call.state.snapshots, "one").get(call.params["snapshot_id"] ?? "");
  if (snapshot?.resourceType !== "volume") throw notFound();
  return snapshot;
}

const list: Handler = (call) => {
  const { query } = call.request;
  const type = query.get("resource_type");
  const region = query.get("region") ?? "";
  const snapshots = recordsFor(call, call.state.snapshots, "list");
  const typed = type === "volume" || type === "droplet" ? snapshots.by("type", type) : snapshots.all();
  // The region counts for volume snapshots only, and only when they alone are asked for.
  const wanted =
    type === "volume" && region !== "" ? typed.filter((snapshot) => snapshot.homeRegion === region) : typed;
  return many(call, "snapshots", wanted, (snapshot) => snapshotText(snapshot, call.view));
};

const listOfVolume: Handler = (call) => {
  const { id } = volumeOf(call);
  const wanted = recordsFor(call, call.state.snapshots, "list").by("resource", id);
  return many(call, "snapshots", wanted, (snapshot) => snapshotText(snapshot, call.view));
};

/** Takes a snapshot, finished at once. */
const create: Handler = (call) => {
  const { state, request, grant, view, now } = call;
  const volume = volumeOf(call);
  const body = readBody(createSnapshotBody, request);
  if (body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const { name } = body;
  if (name === undefined) throw unprocessable("failed to create snapshot: a name is required");
  checkTags(state, body.tags);
  if (state.options.snapshotCheckFirst === "interval") checkInterval(state, volume, now);
  checkName(state, name, volume);
  checkInterval(state, volume, now);
  checkCount(state, volume);
  checkCapacity(state, volume.sizeGiB, "failed to create snapshot");

  const id = state.newId();
  const snapshot: SnapshotRecord = {
    id,
    name,
    resourceType: "volume",
    resourceId: volume.id,
    regions: [state.options.snapshotRegionNames[volume.region] ?? volume.region],
    homeRegion: volume.region,
    createdAt: now,
    minDiskSize: volume.sizeGiB,
    sizeGB: volume.usedGB,
    filesystemType: volume.filesystemType,
    filesystemLabel: volume.filesystemLabel,
    tags: useTags(state, body.tags, "volume_snapshot", id, now),
  };
  state.snapshots.put(snapshot, now);
  state.lastSnapshotAt.set(volume.id, now);
  return one(201, "snapshot", snapshotText(snapshot, { ...view, nulls: state.options.faithfulNulls }));
};

const get: Handler = (call) => one(200, "snapshot", snapshotText(snapshotOf(call), call.view));
const getOfVolume: Handler = (call) => one(200, "snapshot", snapshotText(volumeSnapshotOf(call), call.view));

const remove: Handler = (call) => {
  call.state.snapshots.remove(snapshotOf(call).id, call.now);
  return NO_CONTENT;
};

const removeOfVolume: Handler = (call) => {
  call.state.snapshots.remove(volumeSnapshotOf(call).id, call.now);
  return NO_CONTENT;
};

const READ = "block_storage_snapshot:read";

export const snapshotOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/volumes/{volume_id}/snapshots", scopes: [READ], handler: listOfVolume },
  {
    method: "POST",
    path: "/v2/volumes/{volume_id}/snapshots",
    scopes: ["block_storage_snapshot:create"],
    handler: create,
  },
  { method: "GET", path: "/v2/volumes/snapshots/{snapshot_id}", scopes: [READ], handler: getOfVolume },
  {
    method: "DELETE",
    path: "/v2/volumes/snapshots/{snapshot_id}",
    scopes: ["block_storage_snapshot:delete"],
    handler: removeOfVolume,
  },
  { method: "GET", path: "/v2/snapshots", scopes: ["snapshot:read"], handler: list },
  { method: "GET", path: "/v2/snapshots/{snapshot_id}", scopes: ["snapshot:read", READ], handler: get },
  {
    method: "DELETE",
    path: "/v2/snapshots/{snapshot_id}",
    scopes: ["image:delete", "snapshot:delete"],
    handler: remove,
  },
];
