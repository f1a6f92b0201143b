import type { CollectionView } from "../kit/collection.ts";
import { type Call, type Handler, listed, many, NO_CONTENT, type Operation, one, readFrom } from "./call.ts";
import { apiError, notFound, unprocessable } from "./errors.ts";
import type { VolumeRecord } from "./records.ts";
import { volumeText } from "./render.ts";
import { createVolumeBody, readBody } from "./requests.ts";
import { createVolume, deleteVolume } from "./volume-rules.ts";

/** The volume that the path names, or 404. */
export function volumeOf(call: Call): VolumeRecord {
  const volume = readFrom(call, call.world.volumes).get(call.params["volume_id"] ?? "");
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
  const volumes = listed(call, call.world.volumes);
  return many(call, "volumes", wanted(volumes, name, region), (volume) =>
    volumeText(volume, call.world.regions, call.view),
  );
};

const create: Handler = ({ world, request, grant, view, now }) => {
  const body = readBody(createVolumeBody, request);
  if (body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const volume = createVolume(world, body, now);
  return one(
    201,
    "volume",
    volumeText(volume, world.regions, { ...view, nulls: world.settings.faithfulNulls }),
  );
};

const get: Handler = (call) => one(200, "volume", volumeText(volumeOf(call), call.world.regions, call.view));

const remove: Handler = (call) => {
  deleteVolume(call.world, volumeOf(call), call.now);
  return NO_CONTENT;
};

const removeByName: Handler = ({ world, request, now }) => {
  const name = request.query.get("name") ?? "";
  const region = request.query.get("region") ?? "";
  if (name === "" || region === "")
    throw unprocessable("failed to delete volume: name and region are required");
  const volume = world.volumeNamed(name, region);
  if (volume === undefined) throw notFound();
  deleteVolume(world, volume, now);
  return NO_CONTENT;
};

export const volumeOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/volumes", scopes: ["block_storage:read"], handler: list },
  { method: "POST", path: "/v2/volumes", scopes: ["block_storage:create"], handler: create },
  { method: "DELETE", path: "/v2/volumes", scopes: ["block_storage:delete"], handler: removeByName },
  { method: "GET", path: "/v2/volumes/{volume_id}", scopes: ["block_storage:read"], handler: get },
  { method: "DELETE", path: "/v2/volumes/{volume_id}", scopes: ["block_storage:delete"], handler: remove },
];
