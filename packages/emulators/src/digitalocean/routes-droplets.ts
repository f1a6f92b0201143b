import {
  type Call,
  type Handler,
  jsonText,
  listed,
  many,
  NO_CONTENT,
  type Operation,
  one,
  readFrom,
} from "./call.ts";
import {
  createDroplets,
  destroyDroplet,
  dropletOf,
  type NewDroplet,
  snapshotDroplet,
} from "./droplet-rules.ts";
import { apiError, notFound, unprocessable } from "./errors.ts";
import type { ActionRecord, DropletRecord } from "./records.ts";
import { actionJson, dropletJson, imageJson } from "./render.ts";
import { createDropletBody, dropletActionBody, readBody } from "./requests.ts";

/*
 * Droplets, as far as clients of volumes need them: to be made with volumes, looked at, snapshotted and destroyed.
 */

const actionText = (call: Call, action: ActionRecord): string =>
  JSON.stringify(actionJson(action, call.world.regions, call.view));

/** The Droplet that the path names, or 404. */
function pathDroplet(call: Call): DropletRecord {
  const found = readFrom(call, call.world.droplets).get(Number(call.params["droplet_id"]));
  if (found === undefined) throw notFound();
  return found;
}

const list: Handler = (call) => {
  const { world, request, view } = call;
  const name = request.query.get("name");
  const tag = request.query.get("tag_name");
  const all = listed(call, world.droplets);
  const named = name === null ? all.all() : all.by("name", name);
  const wanted = tag === null ? named : named.filter((droplet) => droplet.tags.includes(tag));
  return many(call, "droplets", wanted, (droplet) => JSON.stringify(dropletJson(droplet, world, view)));
};

const get: Handler = (call) =>
  one(200, "droplet", JSON.stringify(dropletJson(pathDroplet(call), call.world, call.view)));

const create: Handler = (call) => {
  const { world, request, grant, view, now } = call;
  const body = readBody(createDropletBody, request);
  if (body.tags.length > 0 && !grant.has("tag:create")) throw apiError(403);
  const made = createDroplets(world, body, now);
  const base = world.settings.publicUrl ?? request.origin;
  const link = ({ action }: NewDroplet): object => ({
    id: action.id,
    rel: "create",
    href: `${base}/v2/actions/${action.id}`,
  });
  const droplets = made.map(({ droplet }) => dropletJson(droplet, world, view));
  const links = { actions: made.map(link) };
  const answer = body.names === undefined ? { droplet: droplets[0], links } : { droplets, links };
  return jsonText(202, JSON.stringify(answer));
};

const destroy: Handler = ({ world, params, now }) => {
  destroyDroplet(world, Number(params["droplet_id"]), now);
  return NO_CONTENT;
};

const act: Handler = (call) => {
  const droplet = dropletOf(call.world, Number(call.params["droplet_id"]));
  const { type, name } = readBody(dropletActionBody, call.request);
  if (type !== "snapshot") throw unprocessable("the emulator knows only the type snapshot");
  return one(201, "action", actionText(call, snapshotDroplet(call.world, droplet, name, call.now)));
};

const listActions: Handler = (call) => {
  const { id } = pathDroplet(call);
  const actions = listed(call, call.world.actions).by("droplet", String(id));
  const visible = actions.filter(({ visibleAt }) => visibleAt <= call.now);
  return many(call, "actions", visible, (action) => actionText(call, action));
};

const getAction: Handler = (call) => {
  const { id } = pathDroplet(call);
  const action = readFrom(call, call.world.actions).get(Number(call.params["action_id"]));
  const own = action !== undefined && action.volumeId === undefined && action.dropletId === id;
  if (!own || action.visibleAt > call.now) throw notFound();
  return one(200, "action", actionText(call, action));
};

const listSnapshots: Handler = (call) => {
  const wanted = listed(call, call.world.snapshots).by("resource", String(pathDroplet(call).id));
  return many(call, "snapshots", wanted, (snapshot) => JSON.stringify(imageJson(snapshot)));
};

const READ = ["droplet:read"];

export const dropletOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/droplets", scopes: READ, handler: list },
  { method: "POST", path: "/v2/droplets", scopes: ["droplet:create"], handler: create },
  { method: "GET", path: "/v2/droplets/{droplet_id}", scopes: READ, handler: get },
  { method: "DELETE", path: "/v2/droplets/{droplet_id}", scopes: ["droplet:delete"], handler: destroy },
  { method: "GET", path: "/v2/droplets/{droplet_id}/snapshots", scopes: READ, handler: listSnapshots },
  { method: "GET", path: "/v2/droplets/{droplet_id}/actions", scopes: READ, handler: listActions },
  { method: "POST", path: "/v2/droplets/{droplet_id}/actions", scopes: ["droplet:update"], handler: act },
  { method: "GET", path: "/v2/droplets/{droplet_id}/actions/{action_id}", scopes: READ, handler: getAction },
];
