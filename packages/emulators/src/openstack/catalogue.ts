import type { Call, Handler, Operation } from "./call.ts";
import { defaultQuotas, limits, quotaSet } from "./quotas.ts";
import type { MessageRecord } from "./records.ts";
import { messageJson, typeIdOf } from "./render.ts";
import { json, refusal } from "./responses.ts";
import * as values from "./values.ts";

function typeJson(name: string): Record<string, unknown> {
  return {
    id: typeIdOf(name),
    name,
    is_public: true,
    description: name === "__DEFAULT__" ? "Default Volume Type" : null,
    extra_specs: name === "multiattach" ? { multiattach: "<is> True" } : {},
    "os-volume-type-access:is_public": true,
  };
}

/** The type of a name or an id, or 404; the default where none is asked for. */
export function typeNamed({ state }: Call, asked: string | undefined): string {
  const { volumeTypes } = state.options;
  const [first = ""] = volumeTypes;
  const found = volumeTypes.find((name) => name === (asked ?? first) || typeIdOf(name) === asked);
  if (found !== undefined) return found;
  const isId = values.uuidOrNull.safeParse(asked).success;
  throw refusal(404, `Volume type ${isId ? "" : "with name "}${asked} could not be found.`);
}

const type: Handler = ({ state, params }) => {
  const id = params["id"] ?? "";
  const { volumeTypes } = state.options;
  if (id === "default") {
    // That of new volumes; without the member that all others have.
    const { "os-volume-type-access:is_public": _, ...shown } = typeJson(volumeTypes[0] ?? "");
    return json(200, { volume_type: shown });
  }
  const found = volumeTypes.map(typeJson).find((each) => each["id"] === id);
  if (found === undefined) throw refusal(404, `Volume type ${id} could not be found.`);
  return json(200, { volume_type: found });
};

/** Messages are not limited to the project, as in the real service: ask for those of one resource. */
const messages: Handler = (call: Call) => {
  const id = call.version < MESSAGE_FILTERS ? null : call.request.query.get("resource_uuid");
  const found = id === null ? call.state.messages.all() : call.state.messages.by("resource", id);
  return json(200, { messages: found.map((message) => messageJson(message, call.view)) });
};

const messageOf = ({ state, params }: Call): MessageRecord => {
  const id = params["id"] ?? "";
  const found = state.messages.get(id);
  if (found === undefined) throw refusal(404, `Message ${id} could not be found.`);
  return found;
};

const MESSAGES = 3;
/** Before this, a filter is passed over, and all messages come. */
const MESSAGE_FILTERS = 5;

/** What a project finds beside its volumes and snapshots. */
export const catalogueOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "/types",
    handler: ({ state }) => json(200, { volume_types: state.options.volumeTypes.map(typeJson).reverse() }),
  },
  { method: "GET", path: "/types/{id}", handler: type },
  {
    method: "GET",
    path: "/os-availability-zone",
    handler: ({ state }) =>
      json(200, {
        availabilityZoneInfo: state.options.zones.map((zoneName) => ({
          zoneName,
          zoneState: { available: true },
        })),
      }),
  },
  { method: "GET", path: "/limits", handler: limits },
  { method: "GET", path: "/os-quota-sets/{id}", handler: quotaSet },
  { method: "GET", path: "/os-quota-sets/{id}/defaults", handler: defaultQuotas },
  {
    method: "GET",
    path: "/os-services",
    handler() {
      throw refusal(403, "Policy doesn't allow volume_extension:services:index to be performed.");
    },
  },
  { method: "GET", path: "/messages", since: MESSAGES, handler: messages },
  {
    method: "GET",
    path: "/messages/{id}",
    since: MESSAGES,
    handler: (call) => json(200, { message: messageJson(messageOf(call), call.view) }),
  },
  {
    method: "DELETE",
    path: "/messages/{id}",
    since: MESSAGES,
    handler(call) {
      call.state.messages.remove(messageOf(call).id, call.now);
      return { status: 204, headers: {} };
    },
  },
];
