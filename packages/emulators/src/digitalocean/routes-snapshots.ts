import { type Call, type Handler, listed, many, NO_CONTENT, type Operation, one, readFrom } from "./call.ts";
import { apiError, notFound } from "./errors.ts";
import type { SnapshotRecord } from "./records.ts";
import { snapshotText } from "./render.ts";
import { createSnapshotBody, readBody } from "./requests.ts";
import { volumeOf } from "./routes-volumes.ts";
import { createSnapshot } from "./snapshot-rules.ts";

/** The snapshot that the path names. An image that is no snapshot is 400, anything else unknown is 404. */
function snapshotOf(call: Call): SnapshotRecord {
  const id = call.params["snapshot_id"] ?? "";
  const snapshot = readFrom(call, call.world.snapshots).get(id);
  if (snapshot !== undefined) return snapshot;
  throw call.world.images.has(id) ? apiError(400, "the resource is not a snapshot") : notFound();
}

function volumeSnapshotOf(call: Call): SnapshotRecord {
  const snapshot = readFrom(call, call.world.snapshots).get(call.params["snapshot_id"] ?? "");
  if (snapshot?.resourceType !== "volume") throw notFound();
  return snapshot;
}

const list: Handler = (call) => {
  const { query } = call.request;
  const type = query.get("resource_type");
  const region = query.get("region") ?? "";
  const snapshots = listed(call, call.world.snapshots);
  const typed = type === "volume" || type === "droplet" ? snapshots.by("type", type) : snapshots.all();
  // The region counts for volume snapshots only, and only when they alone are asked for.
  const wanted =
    type === "volume" && region !== "" ? typed.filter((snapshot) => snapshot.homeRegion === region) : typed;
  return many(call, "snapshots", wanted, (snapshot) => snapshotText(snapshot, call.view));
};

const listOfVolume: Handler = (call) => {
  const { id } = volumeOf(call);
  const wanted = listed(call, call.world.snapshots).by("resource", id);
  return many(call, "snapshots", wanted, (snapshot) => snapshotText(snapshot, call.view));
};

const create: Handler = (call) => {
  const { world, request, grant, view, now } = call;
  const volume = volumeOf(call);
  const body = readBody(createSnapshotBody, request);
  if (body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const snapshot = createSnapshot(world, volume, body, now);
  return one(201, "snapshot", snapshotText(snapshot, { ...view, nulls: world.settings.faithfulNulls }));
};

const get: Handler = (call) => one(200, "snapshot", snapshotText(snapshotOf(call), call.view));
const getOfVolume: Handler = (call) => one(200, "snapshot", snapshotText(volumeSnapshotOf(call), call.view));

const remove: Handler = (call) => {
  call.world.snapshots.remove(snapshotOf(call).id, call.now);
  return NO_CONTENT;
};

const removeOfVolume: Handler = (call) => {
  call.world.snapshots.remove(volumeSnapshotOf(call).id, call.now);
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
