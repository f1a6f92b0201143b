import { nextDevice } from "../kit/device-names.ts";
import type { ServiceResponse } from "../kit/service.ts";
import * as bodies from "./bodies.ts";
import { type Call, empty, found, json, param } from "./call.ts";
import { hasName, list, listed, readPage, type SortValues } from "./paging.ts";
import { type Attachment, OS_DEVICE, type ServerRecord, type VolumeRecord } from "./records.ts";
import { attachBody, SERVER_STATE, serverVolumeBody } from "./render.ts";
import { badRequest, conflict, fieldText, invalid, type Text } from "./responses.ts";
import { busy } from "./volumes.ts";
import { after, dropAttachment, setServerVolumes, setVolume } from "./work.ts";

const FIELDS = bodies.VOLUME_FIELDS;

const SORT_VALUES: SortValues<ServerRecord> = {
  created_at: (server) => server.createdAt,
  id: (server) => server.id,
  name: (server) => server.name,
};
/** No default and no largest limit are published. */
const PAGE_RULES = { defaultLimit: 0, maxLimit: 0, sortKeys: Object.keys(SORT_VALUES), hasCount: false };
/** Filters by what no emulated server has. */
const FOREIGN_FILTERS = [
  "ip",
  "vpc_id",
  "server_type_id",
  "auto_scaling_group_id",
  "product_category",
  "product_offering",
];

/** `GET /v1/servers`: a list without a `count`. */
export function listServers(call: Call): ServiceResponse {
  const { query } = call.request;
  const page = readPage(query, PAGE_RULES);
  const name = query.get("name") || undefined;
  const state = query.get("state") || undefined;
  const isForeign = FOREIGN_FILTERS.some((filter) => query.get(filter));
  const isNamed = name === undefined ? () => true : hasName(call, name);
  return list(call, page, {
    key: "servers",
    ...listed(call, call.account.servers),
    keep: (server) =>
      !isForeign && (state === undefined || state.toUpperCase() === SERVER_STATE) && isNamed(server),
    sortValues: SORT_VALUES,
    text: (server) => JSON.stringify(call.render.serverBody(server, call.account)),
  });
}

/** `GET /v1/servers/{server_id}` */
export function showServer(call: Call): ServiceResponse {
  return json(200, call.render.serverBody(serverOf(call), call.account));
}

/** `POST /v1/volumes/{volume_id}/servers` */
export function attachToServer(call: Call): ServiceResponse {
  const volumeId = param(call, "volume_id");
  const asked = bodies.readBody(call.request.body, bodies.volumeAttach, FIELDS);
  const attachment = attach(call, volumeId, asked.server_id, asked);
  return json(202, attachBody(volumeId, attachment));
}

/** `DELETE /v1/volumes/{volume_id}/servers/{server_id}`, and the same on the routes of servers. */
export function detachFromServer(call: Call): ServiceResponse {
  const server = serverOf(call);
  const volume = found(call.account.volumes.get(param(call, "volume_id")));
  const attachment = found(volume.attachments.find(({ serverId }) => serverId === server.id));
  if (attachment.device === OS_DEVICE) throw badRequest(OS_DISK);
  // An error while attached, such as a failed extend, must not tie the volume to its server for ever.
  if (volume.state !== "in-use" && !volume.state.startsWith("error")) throw busy(call);
  const { account } = call;
  const { id } = volume;
  const failure = call.state.failureOf("detachVolume", volume.name);
  setVolume(account, id, { state: "detaching" }, call.now);
  after(call, "detach", (at) => {
    if (failure === undefined) dropAttachment(account, id, server.id, at);
    else setVolume(account, id, { state: "in-use" }, at);
  });
  return empty(202);
}

/** `GET /v1/servers/{server_id}/volumes` */
export function listServerVolumes(call: Call): ServiceResponse {
  const volumes = attachmentsOf(call, serverOf(call)).map(({ volume, attachment }) =>
    serverVolumeBody(volume.id, attachment),
  );
  return json(200, { volumes });
}

/** `POST /v1/servers/{server_id}/volumes` */
export function createServerVolume(call: Call): ServiceResponse {
  const { id: serverId } = serverOf(call);
  const asked = bodies.readBody(call.request.body, bodies.serverVolumeCreate, FIELDS);
  const attachment = attach(call, asked.volume_id, serverId, asked);
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
  const asked = bodies.readBody(call.request.body, bodies.serverVolumeUpdate, FIELDS);
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

/** Data volumes that one server takes, besides the disk it starts from. */
const DATA_VOLUMES_PER_SERVER = 26;

/** Begins to attach, or refuses. Two routes attach; they differ in their responses only. */
function attach(
  call: Call,
  volumeId: string,
  serverId: string,
  asked: { device?: string | null | undefined; delete_on_termination?: boolean | null | undefined },
): Attachment {
  const { account, options, state } = call;
  const { device } = asked;
  const server = found(account.servers.get(serverId));
  const volume = found(account.volumes.get(volumeId));
  if (volume.attachments.some((one) => one.serverId === server.id)) throw conflict(ATTACHED_ALREADY);
  const isFree = volume.state === "available" || (volume.type.multiattach && volume.state === "in-use");
  if (!isFree) throw busy(call);
  if (volume.type.multiattach && server.windows) throw badRequest(NOT_ON_WINDOWS);
  if (volume.zone !== server.zone) throw badRequest(OTHER_ZONE);
  const used = attachmentsOf(call, server).map(({ attachment }) => attachment.device);
  if (used.filter((one) => one !== OS_DEVICE).length >= DATA_VOLUMES_PER_SERVER) throw badRequest(TOO_MANY);
  if (device && (used.includes(device) || device === OS_DEVICE))
    throw conflict(DEVICE_TAKEN, options.conflictStatus);
  const attachment: Attachment = {
    id: state.newId(),
    serverId: server.id,
    device: device || nextDevice(used),
    deleteOnTermination: asked.delete_on_termination ?? false,
    attachedAt: null,
  };
  beginAttachment(call, volume, attachment);
  return attachment;
}

/** The attachment counts from now on, and shows on the volume once it is attached. */
function beginAttachment(call: Call, { id, name, attachments }: VolumeRecord, attachment: Attachment): void {
  const { account, now, state } = call;
  const { reserve, attach } = call.options.durations;
  const failure = state.failureOf("attachVolume", name);
  setServerVolumes(account, attachment.serverId, (volumeIds) => [...volumeIds, id], now);
  setVolume(account, id, { state: "reserved", attachments: [...attachments, attachment] }, now);
  after(call, "reserve", (at) => setVolume(account, id, { state: "attaching" }, at));
  state.schedule.add(now + reserve + attach, (at) => {
    if (failure !== undefined) {
      dropAttachment(account, id, attachment.serverId, at);
      return;
    }
    const present = account.volumes.get(id)?.attachments ?? [];
    const attached = present.map((one) => (one.id === attachment.id ? { ...one, attachedAt: at } : one));
    setVolume(account, id, { state: "in-use", attachments: attached }, at);
  });
}

/** The server that the path names, or 404. */
function serverOf(call: Call): ServerRecord {
  return found(call.account.servers.get(param(call, "server_id")));
}

interface ServerVolume {
  readonly volume: VolumeRecord;
  readonly attachment: Attachment;
}

/** The volumes of a server, also those on the way to or from it. */
function attachmentsOf({ account }: Call, server: ServerRecord): readonly ServerVolume[] {
  return server.volumeIds.flatMap((volumeId) => {
    const volume = account.volumes.get(volumeId);
    const attachment = volume?.attachments.find(({ serverId }) => serverId === server.id);
    return volume === undefined || attachment === undefined ? [] : [{ volume, attachment }];
  });
}

/** The volume of a server that the path names, or 404. */
function attachmentOf(call: Call): ServerVolume {
  const volumeId = param(call, "volume_id");
  return found(attachmentsOf(call, serverOf(call)).find(({ volume }) => volume.id === volumeId));
}

const ATTACHED_ALREADY: Text = {
  en: "The volume is attached to this server already.",
  ko: "볼륨이 이미 이 서버에 연결되어 있습니다.",
};
const NOT_ON_WINDOWS: Text = {
  en: "A multi-attach volume cannot be attached to a Windows server.",
  ko: "Multi-attach 볼륨은 Windows 서버에 연결할 수 없습니다.",
};
const OTHER_ZONE: Text = {
  en: "The volume and the server are not in the same location.",
  ko: "볼륨과 서버의 위치가 다릅니다.",
};
const TOO_MANY: Text = {
  en: `A server takes at most ${DATA_VOLUMES_PER_SERVER} volumes besides its OS disk.`,
  ko: `서버에는 OS 디스크 외에 최대 ${DATA_VOLUMES_PER_SERVER}개의 볼륨을 연결할 수 있습니다.`,
};
const DEVICE_TAKEN: Text = {
  en: "The device is in use on the server.",
  ko: "서버에서 이미 사용 중인 디바이스입니다.",
};
const OS_DISK: Text = {
  en: "The OS disk of a server cannot be detached.",
  ko: "서버의 OS 디스크는 연결을 해제할 수 없습니다.",
};
