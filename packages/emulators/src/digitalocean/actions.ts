import { recordsFor } from "../kit/collection.ts";
import type { ServiceResponse } from "../kit/service.ts";
import { type ActionBody, actionBody, readBody } from "./bodies.ts";
import { type Call, type Handler, many, type Operation, one } from "./call.ts";
import type { ActionRecord, ActionType, VolumeRecord } from "./records.ts";
import { actionJson, sizeOf } from "./render.ts";
import { apiError, notFound, unprocessable } from "./responses.ts";
import type { State } from "./state.ts";
import { checkTags, useTags } from "./tags.ts";
import { checkCapacity, checkSize, volumeOf } from "./volumes.ts";

const PENDING = "Droplet already has a pending event.";

function checkFree(state: State, volume: VolumeRecord, dropletId: number | undefined): void {
  for (const running of state.running()) {
    if (dropletId !== undefined && running.type !== "resize" && running.dropletId === dropletId) {
      throw unprocessable(PENDING);
    }
    if (running.volumeId === volume.id) throw unprocessable("Volume already has a pending event.");
  }
}

function checkAttach(state: State, volume: VolumeRecord, dropletId: number | undefined): void {
  if (dropletId === undefined || !Number.isInteger(dropletId)) throw unprocessable("droplet_id is required");
  const droplet = state.droplets.get(dropletId);
  if (droplet === undefined) throw notFound();
  if (droplet.region !== volume.region)
    throw unprocessable("The volume and the Droplet are in different regions");
  if (volume.dropletId !== undefined) throw unprocessable("This volume is already attached");
  checkFree(state, volume, dropletId);
  if (state.volumes.by("droplet", String(dropletId)).length >= state.options.volumesPerDroplet) {
    throw unprocessable("cannot attach more volumes to the Droplet");
  }
}

function checkDetach(state: State, volume: VolumeRecord, dropletId: number | undefined): void {
  if (dropletId === undefined || volume.dropletId !== dropletId) throw unprocessable("Attachment not found");
  checkFree(state, volume, dropletId);
}

function checkResize(state: State, volume: VolumeRecord, size: number | undefined): void {
  const wanted = checkSize(state, size, "resize");
  if (wanted <= volume.sizeGiB) {
    throw unprocessable("failed to resize volume: the new size must be larger than the current size");
  }
  checkFree(state, volume, undefined);
  checkCapacity(state, wanted - volume.sizeGiB, "error resizing volume");
}

function nextOutcome(state: State, type: ActionType): "completed" | "errored" {
  const planned = state.plannedOutcomes.shift();
  return (
    planned ?? (state.options.erroredActions.some((errored) => errored === type) ? "errored" : "completed")
  );
}

/** Records an action that was accepted; it ends when it is due. */
export function acceptAction(
  state: State,
  now: number,
  about: Omit<ActionRecord, "id" | "status" | "startedAt" | "completedAt" | "visibleAt" | "dueAt">,
): ActionRecord {
  const { actionDurationMs, actionVisibleAfterMs } = state.options;
  const action: ActionRecord = {
    id: state.newActionId(),
    status: "in-progress",
    startedAt: now,
    completedAt: undefined,
    visibleAt: now + actionVisibleAfterMs,
    dueAt: now + actionDurationMs[about.type],
    ...about,
  };
  state.actions.put(action, now);
  state.schedule.add(action.dueAt, () => endAction(state, action));
  state.schedule.runDue(now);
  return state.actions.get(action.id) ?? action;
}

/** True when the action could do what it was to do. */
function takeEffect(state: State, action: ActionRecord): boolean {
  if (action.volumeId === undefined) return takeDropletEffect(state, action);
  const volume = state.volumes.get(action.volumeId);
  if (action.outcome === "errored" || volume === undefined) return false;
  if (action.type === "attach") {
    if (action.dropletId === undefined || state.droplets.get(action.dropletId) === undefined) return false;
    state.volumes.put({ ...volume, dropletId: action.dropletId }, action.dueAt);
  } else if (action.type === "detach") state.volumes.put({ ...volume, dropletId: undefined }, action.dueAt);
  else state.volumes.put({ ...volume, sizeGiB: action.sizeGiB ?? volume.sizeGiB }, action.dueAt);
  return true;
}

function takeDropletEffect(state: State, action: ActionRecord): boolean {
  const droplet = action.dropletId === undefined ? undefined : state.droplets.get(action.dropletId);
  if (droplet === undefined) return false;
  if (action.type === "create") {
    state.droplets.put({ ...droplet, status: "active" }, action.dueAt);
    return true;
  }
  state.snapshots.put(
    {
      id: state.newImageId(),
      name: action.snapshotName ?? "",
      resourceType: "droplet",
      resourceId: String(droplet.id),
      regions: [droplet.region],
      homeRegion: droplet.region,
      // Clients find the snapshot of an action by this.
      createdAt: action.startedAt,
      minDiskSize: sizeOf(droplet).disk,
      sizeGB: 1,
      filesystemType: "",
      filesystemLabel: "",
      tags: [],
    },
    action.dueAt,
  );
  return true;
}

function endAction(state: State, action: ActionRecord): void {
  const status = takeEffect(state, action) ? "completed" : "errored";
  state.actions.put({ ...action, status, completedAt: action.dueAt }, action.dueAt);
}

export const actionText = (call: Call, action: ActionRecord): string =>
  JSON.stringify(actionJson(action, call.state.regions, call.view));

const NOT_YET = "could not get volume action: no volume event found";

/** The answer with the action that the path names, where it is one of those; 404 also while it is too young to be seen. */
export function showAction(
  call: Call,
  isOne: (action: ActionRecord) => boolean = () => true,
): ServiceResponse {
  const { now, params, state } = call;
  const action = recordsFor(call, state.actions, "one").get(Number(params["action_id"]));
  if (action === undefined || !isOne(action)) throw notFound();
  if (action.visibleAt > now) throw notFound(action.volumeId === undefined ? undefined : NOT_YET);
  return one(200, "action", actionText(call, action));
}

/** A page of the actions among these that can be seen already. */
export function listActions(call: Call, actions: readonly ActionRecord[]): ServiceResponse {
  const visible = actions.filter(({ visibleAt }) => visibleAt <= call.now);
  return many(call, "actions", visible, (action) => actionText(call, action));
}

/** Accepts an action on a volume, or throws what the provider answers instead. The effect comes when it ends. */
function start({ state, grant, now }: Call, volume: VolumeRecord, body: ActionBody): ActionRecord {
  if (body.type === "attach" && body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const { type, region } = body;
  if (type === undefined) throw unprocessable("type must be attach, detach or resize");
  if (region !== undefined && region !== volume.region)
    throw unprocessable("The volume is in another region");
  checkTags(state, body.tags);
  if (type === "attach") checkAttach(state, volume, body.droplet_id);
  else if (type === "detach") checkDetach(state, volume, body.droplet_id);
  else checkResize(state, volume, body.size_gigabytes);

  if (type === "attach" && body.tags.length > 0) {
    const tags = useTags(state, body.tags, "volume", volume.id, now);
    state.volumes.put({ ...volume, tags: [...new Set([...volume.tags, ...tags])] }, now);
  }
  return acceptAction(state, now, {
    type,
    outcome: nextOutcome(state, type),
    region: volume.region,
    volumeId: volume.id,
    dropletId: type === "resize" ? undefined : body.droplet_id,
    sizeGiB: type === "resize" ? body.size_gigabytes : undefined,
  });
}

const postById: Handler = (call) => {
  const volume = volumeOf(call);
  return one(202, "action", actionText(call, start(call, volume, readBody(actionBody, call.request))));
};

function volumeByName({ state }: Call, { volume_name: name, region }: ActionBody): VolumeRecord {
  if (name === undefined) throw unprocessable("volume_name is required");
  const named = state.volumes.by("name", name);
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
  return one(202, "action", actionText(call, start(call, volume, body)));
};

const listOfVolume: Handler = (call) =>
  listActions(call, recordsFor(call, call.state.actions, "list").by("volume", volumeOf(call).id));
const list: Handler = (call) => listActions(call, recordsFor(call, call.state.actions, "list").all());

const getOfVolume: Handler = (call) => {
  const { id } = volumeOf(call);
  return showAction(call, ({ volumeId }) => volumeId === id);
};
const get: Handler = (call) => showAction(call);

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
