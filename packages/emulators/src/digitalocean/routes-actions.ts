import { startAction } from "./action-rules.ts";
import { type Call, type Handler, listed, many, type Operation, one, readFrom } from "./call.ts";
import { apiError, notFound, unprocessable } from "./errors.ts";
import type { ActionRecord, VolumeRecord } from "./records.ts";
import { actionJson } from "./render.ts";
import { type ActionBody, actionBody, readBody } from "./requests.ts";
import { volumeOf } from "./routes-volumes.ts";

const text = (call: Call, action: ActionRecord): string =>
  JSON.stringify(actionJson(action, call.world.regions, call.view));

/** The action that the path names; 404 also while it is too young to be seen. */
function actionOf(call: Call, volumeId?: string): ActionRecord {
  const { now, params, world } = call;
  const action = readFrom(call, world.actions).get(Number(params["action_id"]));
  if (action === undefined) throw notFound();
  if (volumeId !== undefined && action.volumeId !== volumeId) throw notFound();
  if (action.visibleAt > now) throw notFound("could not get volume action: no volume event found");
  return action;
}

function start(call: Call, volume: VolumeRecord, body: ActionBody): ActionRecord {
  if (body.type === "attach" && body.tags.length > 0 && !call.grant.has("tag:create")) throw apiError(403);
  return startAction(call.world, volume, body, call.now);
}

const postById: Handler = (call) => {
  const volume = volumeOf(call);
  return one(202, "action", text(call, start(call, volume, readBody(actionBody, call.request))));
};

function volumeByName({ world }: Call, { volume_name: name, region }: ActionBody): VolumeRecord {
  if (name === undefined) throw unprocessable("volume_name is required");
  const named = world.volumes.by("name", name);
  const found = named.filter((volume) => region === undefined || volume.region === region);
  const [volume, another] = found;
  if (volume === undefined) throw notFound();
  if (another !== undefined)
    throw unprocessable("region is required: volumes in several regions have this name");
  return volume;
}

const postByName: Handler = (call) => {
  const body = readBody(actionBody, call.request);
  const volume = volumeByName(call, body);
  if (body.type === "resize") throw unprocessable("type must be attach or detach");
  return one(202, "action", text(call, start(call, volume, body)));
};

const visible = (call: Call, actions: readonly ActionRecord[]): readonly ActionRecord[] =>
  actions.filter((action) => action.visibleAt <= call.now);

const listOfVolume: Handler = (call) => {
  const actions = listed(call, call.world.actions).by("volume", volumeOf(call).id);
  return many(call, "actions", visible(call, actions), (action) => text(call, action));
};

const list: Handler = (call) =>
  many(call, "actions", visible(call, listed(call, call.world.actions).all()), (action) =>
    text(call, action),
  );

const getOfVolume: Handler = (call) => one(200, "action", text(call, actionOf(call, volumeOf(call).id)));
const get: Handler = (call) => one(200, "action", text(call, actionOf(call)));

const CREATE = ["block_storage_action:create"];
const READ = ["block_storage_action:read"];

export const actionOperations: readonly Operation[] = [
  { method: "POST", path: "/v2/volumes/actions", scopes: CREATE, handler: postByName },
  { method: "POST", path: "/v2/volumes/{volume_id}/actions", scopes: CREATE, handler: postById },
  { method: "GET", path: "/v2/volumes/{volume_id}/actions", scopes: READ, handler: listOfVolume },
  { method: "GET", path: "/v2/volumes/{volume_id}/actions/{action_id}", scopes: READ, handler: getOfVolume },
  { method: "GET", path: "/v2/actions", scopes: ["actions:read"], handler: list },
  { method: "GET", path: "/v2/actions/{action_id}", scopes: ["actions:read"], handler: get },
];
