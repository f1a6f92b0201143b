import { destroyDroplet } from "./action-rules.ts";
import { type Handler, listed, many, NO_CONTENT, type Operation, one, readFrom } from "./call.ts";
import { notFound } from "./errors.ts";
import { dropletJson } from "./render.ts";

/** What volume clients ask of other parts of the API: who am I, which Droplets and regions are there. */

const account: Handler = ({ world }) => {
  const team = { uuid: "00000000-0000-4000-8000-000000000002", name: "Emulated team" };
  const values = {
    droplet_limit: 25,
    floating_ip_limit: 3,
    reserved_ip_limit: 3,
    volume_limit: world.settings.volumeLimit,
    email: "emulator@example.com",
    name: "Emulated account",
    uuid: "00000000-0000-4000-8000-000000000001",
    email_verified: true,
    status: "active",
    status_message: "",
    team,
  };
  return one(200, "account", JSON.stringify(values));
};

const droplets: Handler = (call) => {
  const { world, request, view } = call;
  const name = request.query.get("name");
  const tag = request.query.get("tag_name");
  const all = listed(call, world.droplets);
  const named = name === null ? all.all() : all.by("name", name);
  const wanted = tag === null ? named : [...named].filter((droplet) => droplet.tags.includes(tag));
  return many(call, "droplets", wanted, (droplet) => JSON.stringify(dropletJson(droplet, world, view)));
};

const droplet: Handler = (call) => {
  const { world, params, view } = call;
  const found = readFrom(call, world.droplets).get(Number(params["droplet_id"]));
  if (found === undefined) throw notFound();
  return one(200, "droplet", JSON.stringify(dropletJson(found, world, view)));
};

const destroy: Handler = ({ world, params, now }) => {
  destroyDroplet(world, Number(params["droplet_id"]), now);
  return NO_CONTENT;
};

const regions: Handler = (call) => {
  const { regions: known } = call.world;
  return many(call, "regions", known.all(), (slug) => JSON.stringify(known.json(slug, call.view.sizes)));
};

export const neighbourOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/account", scopes: ["account:read"], handler: account },
  { method: "GET", path: "/v2/droplets", scopes: ["droplet:read"], handler: droplets },
  { method: "GET", path: "/v2/droplets/{droplet_id}", scopes: ["droplet:read"], handler: droplet },
  { method: "DELETE", path: "/v2/droplets/{droplet_id}", scopes: ["droplet:delete"], handler: destroy },
  { method: "GET", path: "/v2/regions", scopes: ["regions:read"], handler: regions },
];
