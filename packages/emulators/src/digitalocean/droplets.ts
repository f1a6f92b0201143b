/** Droplets, as far as clients of volumes need them: to be made with volumes, looked at, snapshotted and destroyed. */
import { recordsFor } from "../kit/collection.ts";
import { acceptAction, actionText, listActions, showAction } from "./actions.ts";
import { createDropletBody, dropletActionBody, readBody } from "./bodies.ts";
import { type Call, type Handler, jsonText, many, NO_CONTENT, type Operation, one } from "./call.ts";
import type { DropletRecord, VolumeRecord } from "./records.ts";
import { dropletJson, imageJson } from "./render.ts";
import { apiError, notFound, unprocessable } from "./responses.ts";
import type { State } from "./state.ts";
import { checkTags, useTags } from "./tags.ts";

/** Letters, digits, dots and dashes, as a host may be named. */
const HOST_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?$/;
/** How many Droplets one request may ask for. */
const MOST_AT_ONCE = 10;

function volumesFor(state: State, region: string, ids: readonly string[]): readonly VolumeRecord[] {
  const volumes = ids.map((id) => {
    const volume = state.volumes.get(id);
    if (volume === undefined) throw unprocessable(`Volume ${id} does not exist.`);
    const busy = volume.dropletId !== undefined || state.running().some(({ volumeId }) => volumeId === id);
    if (busy) throw unprocessable("This volume is already attached");
    if (volume.region !== region) throw unprocessable("The volume and the Droplet are in different regions");
    return volume;
  });
  if (new Set(ids).size < ids.length) throw unprocessable("A volume is given twice.");
  if (volumes.length > state.options.volumesPerDroplet)
    throw unprocessable("cannot attach more volumes to the Droplet");
  return volumes;
}

/** The Droplet that the path names, or 404. */
function dropletOf(call: Call): DropletRecord {
  const found = recordsFor(call, call.state.droplets, "one").get(Number(call.params["droplet_id"]));
  if (found === undefined) throw notFound();
  return found;
}

const list: Handler = (call) => {
  const { state, request, view } = call;
  const name = request.query.get("name");
  const tag = request.query.get("tag_name");
  const all = recordsFor(call, state.droplets, "list");
  const named = name === null ? all.all() : all.by("name", name);
  const wanted = tag === null ? named : named.filter((droplet) => droplet.tags.includes(tag));
  return many(call, "droplets", wanted, (droplet) => JSON.stringify(dropletJson(droplet, state, view)));
};

const get: Handler = (call) =>
  one(200, "droplet", JSON.stringify(dropletJson(dropletOf(call), call.state, call.view)));

/** Begins to create Droplets, one for each name. */
const create: Handler = (call) => {
  const { state, request, grant, view, now } = call;
  const body = readBody(createDropletBody, request);
  if (body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const { region, size, image } = body;
  const names = body.names ?? (body.name === undefined ? [] : [body.name]);
  if (names.length === 0 || names.length > MOST_AT_ONCE || !names.every((name) => HOST_NAME.test(name)))
    throw unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  if (size === undefined) throw unprocessable("You specified an invalid size for Droplet creation.");
  if (image === undefined) throw unprocessable("You specified an invalid image for Droplet creation.");
  if (region === undefined || !state.regions.has(region) || !state.regions.json(region, false).available)
    throw unprocessable("Region is not available.");
  checkTags(state, body.tags);
  const volumes = volumesFor(state, region, body.volumes);
  if (volumes.length > 0 && names.length > 1)
    throw unprocessable("Volumes cannot be attached to several Droplets at once.");
  const features = (["backups", "ipv6", "monitoring", "private_networking"] as const).filter(
    (feature) => body[feature] === true,
  );

  const base = state.options.publicUrl ?? request.origin;
  const made = names.map((name) => {
    const id = state.newDropletId();
    const tags = useTags(state, body.tags, "droplet", String(id), now);
    const about = { name, region, size, image, features, tags };
    const begun: DropletRecord = { id, ...about, createdAt: now, status: "new" };
    state.droplets.put(begun, now);
    for (const volume of volumes) state.volumes.put({ ...volume, dropletId: id }, now);
    const action = acceptAction(state, now, {
      type: "create",
      outcome: "completed",
      region,
      dropletId: id,
    });
    const link = { id: action.id, rel: "create", href: `${base}/v2/actions/${action.id}` };
    return { droplet: dropletJson(state.droplets.get(id) ?? begun, state, view), link };
  });
  const droplets = made.map(({ droplet }) => droplet);
  const links = { actions: made.map(({ link }) => link) };
  const answer = body.names === undefined ? { droplet: droplets[0], links } : { droplets, links };
  return jsonText(202, JSON.stringify(answer));
};

/** Destroys a Droplet; its volumes are detached and stay. */
const destroy: Handler = ({ state, params, now }) => {
  const id = Number(params["droplet_id"]);
  if (state.droplets.remove(id, now) === undefined) throw notFound();
  for (const volume of [...state.volumes.by("droplet", String(id))]) {
    state.volumes.put({ ...volume, dropletId: undefined }, now);
  }
  return NO_CONTENT;
};

/** Begins to take a snapshot of a Droplet. */
const act: Handler = (call) => {
  const { state, now } = call;
  const droplet = dropletOf(call);
  const { type, name } = readBody(dropletActionBody, call.request);
  if (type !== "snapshot") throw unprocessable("the emulator knows only the type snapshot");
  if (state.running().some(({ dropletId }) => dropletId === droplet.id))
    throw unprocessable("Droplet already has a pending event.");
  const action = acceptAction(state, now, {
    type: "snapshot",
    outcome: "completed",
    region: droplet.region,
    dropletId: droplet.id,
    snapshotName: name ?? `${droplet.name}-${now}`,
  });
  return one(201, "action", actionText(call, action));
};

const listOfDroplet: Handler = (call) => {
  const { id } = dropletOf(call);
  return listActions(call, recordsFor(call, call.state.actions, "list").by("droplet", String(id)));
};

const getOfDroplet: Handler = (call) => {
  const { id } = dropletOf(call);
  return showAction(call, ({ volumeId, dropletId }) => volumeId === undefined && dropletId === id);
};

const listSnapshots: Handler = (call) => {
  const wanted = recordsFor(call, call.state.snapshots, "list").by("resource", String(dropletOf(call).id));
  return many(call, "snapshots", wanted, (snapshot) => JSON.stringify(imageJson(snapshot)));
};

const READ = ["droplet:read"];

export const dropletOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/droplets", scopes: READ, handler: list },
  { method: "POST", path: "/v2/droplets", scopes: ["droplet:create"], handler: create },
  { method: "GET", path: "/v2/droplets/{droplet_id}", scopes: READ, handler: get },
  { method: "DELETE", path: "/v2/droplets/{droplet_id}", scopes: ["droplet:delete"], handler: destroy },
  { method: "GET", path: "/v2/droplets/{droplet_id}/snapshots", scopes: READ, handler: listSnapshots },
  { method: "GET", path: "/v2/droplets/{droplet_id}/actions", scopes: READ, handler: listOfDroplet },
  { method: "POST", path: "/v2/droplets/{droplet_id}/actions", scopes: ["droplet:update"], handler: act },
  {
    method: "GET",
    path: "/v2/droplets/{droplet_id}/actions/{action_id}",
    scopes: READ,
    handler: getOfDroplet,
  },
];
