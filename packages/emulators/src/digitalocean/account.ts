import { type Handler, many, type Operation, one } from "./call.ts";

/** What volume clients ask of other parts of the API: who am I, which regions are there. */

const account: Handler = ({ state }) => {
  const team = { uuid: "00000000-0000-4000-8000-000000000002", name: "Emulated team" };
  const values = {
    droplet_limit: 25,
    floating_ip_limit: 3,
    reserved_ip_limit: 3,
    volume_limit: state.options.volumeLimit,
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

const regions: Handler = (call) => {
  const { regions: known } = call.state;
  return many(call, "regions", known.all(), (slug) => JSON.stringify(known.json(slug, call.view.sizes)));
};

export const accountOperations: readonly Operation[] = [
  { method: "GET", path: "/v2/account", scopes: ["account:read"], handler: account },
  { method: "GET", path: "/v2/regions", scopes: ["regions:read"], handler: regions },
];
