/** Of Nova what concerns volumes: the servers, and which has which, in the versions 2.1 to 2.60 of its API. */
import { nextDevice } from "../kit/device-names.ts";
import type { ServiceResponse } from "../kit/service.ts";
import { attachedAs, detachedFrom } from "./attach-actions.ts";
import { readJson } from "./bodies.ts";
import type { Call, Handler, Operation } from "./call.ts";
import type { AttachmentRecord, VolumeRecord } from "./records.ts";
import { badRequest, json, refusal, volumeNotFound } from "./responses.ts";
import { later, putVolume } from "./work.ts";

/** Where the catalogue has it. */
export const COMPUTE_PATH = "/compute/v2.1";

/** The server that the path names, or 404. */
function serverOf({ state, params }: Call): string {
  const id = params["server"] ?? "";
  if (state.options.servers.includes(id)) return id;
  throw refusal(404, `Instance ${id} could not be found.`);
}

function volumesOf({ state, projectId }: Call, serverId: string): readonly VolumeRecord[] {
  return state.volumes
    .all()
    .filter((each) => each.projectId === projectId)
    .filter(({ attachments }) => attachments.some((each) => each.serverId === serverId));
}

const attachmentJson = (volume: VolumeRecord, { serverId, device }: AttachmentRecord): object => ({
  id: volume.id,
  volumeId: volume.id,
  serverId,
  device,
});

const list: Handler = (call) => {
  const serverId = serverOf(call);
  const found = volumesOf(call, serverId).flatMap((volume) =>
    volume.attachments
      .filter((each) => each.serverId === serverId)
      .map((each) => attachmentJson(volume, each)),
  );
  return json(200, { volumeAttachments: found });
};

/** The volume of the server that the path names, or 404. */
function attachedOf(call: Call, serverId: string): VolumeRecord {
  const id = call.params["id"] ?? "";
  const volume = volumesOf(call, serverId).find((each) => each.id === id);
  if (volume === undefined) throw refusal(404, `Instance ${serverId} is not attached to volume ${id}`);
  return volume;
}

const show: Handler = (call) => {
  const serverId = serverOf(call);
  const volume = attachedOf(call, serverId);
  const [attachment] = volume.attachments.filter((each) => each.serverId === serverId);
  return json(200, { volumeAttachment: attachment && attachmentJson(volume, attachment) });
};

/** Since then volumes are attached that several servers can have. */
const SEVERAL_SERVERS = 60;

/** Answered once the volume is reserved; the attachment shows when the server has the disk. */
const attach: Handler = (call): ServiceResponse => {
  const { state, now, request, projectId } = call;
  const serverId = serverOf(call);
  const { volumeId } = Object(Object(readJson(request)).volumeAttachment) as { readonly volumeId?: unknown };
  if (typeof volumeId !== "string")
    throw badRequest("Invalid input for field/attribute volumeAttachment. 'volumeId' is a required property");
  const volume = state.volumes.get(volumeId);
  if (volume === undefined || volume.projectId !== projectId) throw volumeNotFound(volumeId);
  if (volume.attachments.some((each) => each.serverId === serverId))
    throw badRequest(`Invalid volume: volume ${volumeId} already attached`);
  if (volume.type === "multiattach" && call.version < SEVERAL_SERVERS)
    throw badRequest("Multiattach volumes are only supported starting with compute API version 2.60.");
  const isShared = volume.type === "multiattach" && volume.status === "in-use";
  if (volume.status !== "available" && !isShared)
    throw badRequest(
      `Invalid input received: Invalid volume: Volume ${volumeId} status must be available or downloading to reserve, but the current status is ${volume.status}. (HTTP 400)`,
    );
  const used = volumesOf(call, serverId).flatMap(({ attachments }) =>
    attachments.map(({ device }) => device),
  );
  const device = nextDevice(used);
  putVolume(call, volumeId, now, { status: "reserved" });
  const fails = state.fails("attach_volume");
  later(call, (at) => {
    const current = state.volumes.get(volumeId);
    if (current === undefined) return;
    if (fails) {
      // The server did not take it: Nova gives it back, and says why nowhere that a volume shows.
      putVolume(call, volumeId, at, { status: volume.status });
      return;
    }
    const attachment = { id: state.newId(), serverId, hostName: null, device, attachedAt: state.instant(at) };
    putVolume(call, volumeId, at, {
      status: "in-use",
      attachments: [...current.attachments, attachment],
      shownMetadata: attachedAs("rw", current),
    });
  });
  return json(200, { volumeAttachment: { id: volumeId, volumeId, serverId, device } });
};

/** Accepted, and done once the server has given the disk back. */
const detach: Handler = (call): ServiceResponse => {
  const { state, now } = call;
  const serverId = serverOf(call);
  const volume = attachedOf(call, serverId);
  const { id } = volume;
  if (volume.status !== "in-use")
    throw badRequest(
      `Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach. (HTTP 400)`,
    );
  putVolume(call, id, now, { status: "detaching" });
  later(call, (at) => {
    const current = state.volumes.get(id);
    if (current === undefined) return;
    const attachments = current.attachments.filter((each) => each.serverId !== serverId);
    const isFree = attachments.length === 0;
    putVolume(call, id, at, {
      attachments,
      status: isFree ? "available" : "in-use",
      ...(isFree ? { shownMetadata: detachedFrom(current) } : {}),
    });
  });
  return { status: 202, headers: { "content-type": "application/json" }, body: "" };
};

/** The only one: the official client looks up what a server has. */
const FLAVOR = { id: "1", name: "m1.tiny", ram: 512, vcpus: 1, disk: 1, links: [] };
const BOOTED = "2022-08-31T00:00:00Z";

/** A server, which has its id for a name: what clients look at before they attach a volume to it. */
function serverJson(call: Call, id: string): object {
  const { projectId, token, view } = call;
  return {
    ...{ id, name: id, status: "ACTIVE", tenant_id: projectId, user_id: token.userId, hostId: "" },
    ...{
      created: BOOTED,
      updated: BOOTED,
      metadata: {},
      addresses: {},
      image: "",
      flavor: { id: FLAVOR.id },
    },
    links: [{ rel: "self", href: `${view.base}${COMPUTE_PATH}/servers/${id}` }],
    "os-extended-volumes:volumes_attached": volumesOf(call, id).map((volume) => ({ id: volume.id })),
  };
}

/** All on one page: there are as many as the options name. */
const servers: Handler = (call) => {
  const name = call.request.query.get("name") ?? "";
  const { servers: ids } = call.state.options;
  const marked = ids.slice(ids.indexOf(call.request.query.get("marker") ?? "") + 1);
  return json(200, { servers: marked.filter((id) => id.includes(name)).map((id) => serverJson(call, id)) });
};

const path = "/servers/{server}/os-volume_attachments";

/** Paths begin after {@link COMPUTE_PATH}. */
export const serverOperations: readonly Operation[] = [
  { method: "GET", path: `/flavors/${FLAVOR.id}`, handler: () => json(200, { flavor: FLAVOR }) },
  { method: "GET", path: "/servers", handler: servers },
  { method: "GET", path: "/servers/detail", handler: servers },
  {
    method: "GET",
    path: "/servers/{server}",
    handler: (call) => json(200, { server: serverJson(call, serverOf(call)) }),
  },
  { method: "GET", path, handler: list },
  { method: "POST", path, handler: attach },
  { method: "GET", path: `${path}/{id}`, handler: show },
  { method: "DELETE", path: `${path}/{id}`, handler: detach },
];
