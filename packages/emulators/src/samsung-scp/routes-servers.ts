import type { ServiceResponse } from "../kit/service.ts";
import { attach, attachmentsOf, detach, serverOf } from "./attach-rules.ts";
import { type Call, empty, json, list, param } from "./call.ts";
import type { Item } from "./collection.ts";
import { fieldText, readBody } from "./fields.ts";
import { setVolume } from "./life-cycle.ts";
import { readPage, type SortValues, selectPage } from "./paging.ts";
import type { Server } from "./records.ts";
import { invalid, notFound } from "./refusals.ts";
import { attachBody, SERVER_STATE, serverVolumeBody } from "./render.ts";
import * as requests from "./requests.ts";

const FIELDS = requests.VOLUME_FIELDS;

const SORT_VALUES: SortValues<Server> = {
  created_at: (server) => server.createdAt,
  id: (server) => server.id,
  name: (server) => server.name,
};
/** No default and no largest limit are published. */
const PAGE_RULES = { defaultLimit: 0, maxLimit: 0, sortKeys: Object.keys(SORT_VALUES) };
/** Filters by what no emulated server has. */
const FOREIGN_FILTERS = [
  ...["ip", "vpc_id", "server_type_id", "auto_scaling_group_id", "product_category", "product_offering"],
];

/** `GET /v1/servers`: a list without a `count`. */
export function listServers(call: Call): ServiceResponse {
  const { account, query, render, settings } = call;
  const page = readPage(query, PAGE_RULES);
  const [name, state] = [query.get("name") || undefined, query.get("state") || undefined];
  const foreign = FOREIGN_FILTERS.some((filter) => query.get(filter));
  const keep = (server: Server): boolean =>
    !foreign &&
    (state === undefined || state.toUpperCase() === SERVER_STATE) &&
    (name === undefined ||
      (settings.nameFilter === "exact" ? server.name === name : server.name.includes(name)));
  const items = [...account.servers.values()].map(
    (value, seq): Item<Server> => ({ id: value.id, created: value.createdAt, seq, value, rendered: [] }),
  );
  const selection = selectPage(
    {
      items,
      find: (id) => items.find((item) => item.id === id),
      keep,
      sortValues: SORT_VALUES,
      goneMarker: settings.goneMarker,
    },
    page,
  );
  const texts = selection.items.map(({ value }) => JSON.stringify(render.serverBody(value, account)));
  return list("servers", texts, undefined);
}

/** `GET /v1/servers/{server_id}` */
export function showServer(call: Call): ServiceResponse {
  return json(200, call.render.serverBody(serverOf(call, param(call, "server_id")), call.account));
}

/** `POST /v1/volumes/{volume_id}/servers` */
export function attachToServer(call: Call): ServiceResponse {
  const volumeId = param(call, "volume_id");
  const asked = readBody(call.body, requests.volumeAttach, FIELDS);
  const attachment = attach(call, {
    volumeId,
    serverId: asked.server_id,
    deleteOnTermination: asked.delete_on_termination,
  });
  return json(202, attachBody(volumeId, attachment));
}

/** `DELETE /v1/volumes/{volume_id}/servers/{server_id}`, and the same on the routes of servers. */
export function detachFromServer(call: Call): ServiceResponse {
  detach(call, param(call, "volume_id"), param(call, "server_id"));
  return empty(202);
}

/** `GET /v1/servers/{server_id}/volumes` */
export function listServerVolumes(call: Call): ServiceResponse {
  const server = serverOf(call, param(call, "server_id"));
  const volumes = attachmentsOf(call, server).map(({ volume, attachment }) =>
    serverVolumeBody(volume.id, attachment),
  );
  return json(200, { volumes });
}

/** `POST /v1/servers/{server_id}/volumes` */
export function createServerVolume(call: Call): ServiceResponse {
  const serverId = param(call, "server_id");
  serverOf(call, serverId);
  const asked = readBody(call.body, requests.serverVolumeCreate, FIELDS);
  const attachment = attach(call, {
    volumeId: asked.volume_id,
    serverId,
    device: asked.device,
    deleteOnTermination: asked.delete_on_termination,
  });
  return json(200, serverVolumeBody(asked.volume_id, attachment));
}

/** `GET /v1/servers/{server_id}/volumes/{volume_id}` */
export function showServerVolume(call: Call): ServiceResponse {
  const { volume, attachment } = attachmentOf(call);
  return json(200, serverVolumeBody(volume.id, attachment));
}

/** `PUT /v1/servers/{server_id}/volumes/{volume_id}` */
export function updateServerVolume(call: Call): ServiceResponse {
  const { volume, attachment } = attachmentOf(call);
  const asked = readBody(call.body, requests.serverVolumeUpdate, FIELDS);
  if (asked.volume_id !== volume.id) throw invalid([fieldText("volume_id", FIELDS["volume_id"])]);
  const { delete_on_termination: deleteOnTermination } = asked;
  if (deleteOnTermination != null) {
    const attachments = volume.attachments.map((one) =>
      one.id === attachment.id ? { ...one, deleteOnTermination } : one,
    );
    setVolume(call.account, volume.id, { attachments }, call.now);
  }
  return empty(200);
}

function attachmentOf(call: Call): ReturnType<typeof attachmentsOf>[number] {
  const server = serverOf(call, param(call, "server_id"));
  const volumeId = param(call, "volume_id");
  const one = attachmentsOf(call, server).find(({ volume }) => volume.id === volumeId);
  if (one === undefined) throw notFound();
  return one;
}
