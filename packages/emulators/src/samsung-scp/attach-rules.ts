import { type Call, found } from "./call.ts";
import { nextDevice } from "./devices.ts";
import type { Text } from "./errors.ts";
import { attachVolume, detachVolume } from "./life-cycle.ts";
import { type Attachment, OS_DEVICE, type Server, type VolumeRecord } from "./records.ts";
import { badRequest, conflict, notFound, volumeBusy } from "./refusals.ts";

/*
 * Two routes attach and two detach; they differ in their answers only. The rules are here.
 */

/** Data volumes that one server takes, besides the disk it starts from. */
const DATA_VOLUMES_PER_SERVER = 26;

export interface AttachRequest {
  readonly volumeId: string;
  readonly serverId: string;
  /** Default: the next free one. */
  readonly device?: string | null | undefined;
  readonly deleteOnTermination?: boolean | null | undefined;
}

/** Begins to attach, or refuses. */
export function attach(call: Call, asked: AttachRequest): Attachment {
  const { account, now, settings, world } = call;
  const server = serverOf(call, asked.serverId);
  const volume = found(account.volumes.item(asked.volumeId)).value;
  if (volume.attachments.some(({ serverId }) => serverId === server.id)) throw conflict(ATTACHED_ALREADY);
  const free = volume.state === "available" || (volume.type.multiattach && volume.state === "in-use");
  if (!free) throw volumeBusy(call.settings.conflictStatus);
  if (volume.type.multiattach && server.windows) throw badRequest(NOT_ON_WINDOWS);
  if (volume.zone !== server.zone) throw badRequest(OTHER_ZONE);
  const used = attachmentsOf(call, server).map(({ attachment }) => attachment.device);
  if (used.filter((device) => device !== OS_DEVICE).length >= DATA_VOLUMES_PER_SERVER)
    throw badRequest(TOO_MANY);
  if (asked.device && (used.includes(asked.device) || asked.device === OS_DEVICE))
    throw conflict(DEVICE_TAKEN, settings.conflictStatus);
  const attachment: Attachment = {
    id: world.newId(),
    serverId: server.id,
    device: asked.device || nextDevice(used),
    deleteOnTermination: asked.deleteOnTermination ?? false,
    attachedAt: null,
  };
  attachVolume(world, account, volume, attachment, now);
  return attachment;
}

/** Begins to detach, or refuses. */
export function detach(call: Call, volumeId: string, serverId: string): void {
  const { account, now, world } = call;
  const server = serverOf(call, serverId);
  const volume = found(account.volumes.item(volumeId)).value;
  const attachment = volume.attachments.find((one) => one.serverId === server.id);
  if (attachment === undefined) throw notFound();
  if (attachment.device === OS_DEVICE) throw badRequest(OS_DISK);
  // An error while attached, such as a failed extend, must not tie the volume to its server for ever.
  if (volume.state !== "in-use" && !volume.state.startsWith("error"))
    throw volumeBusy(call.settings.conflictStatus);
  detachVolume(world, account, volume, server.id, now);
}

export function serverOf(call: Call, id: string): Server {
  const server = call.account.servers.get(id);
  if (server === undefined) throw notFound();
  return server;
}

/** The volumes of a server, also those on the way to or from it. */
export function attachmentsOf(
  call: Call,
  server: Server,
): readonly { readonly volume: VolumeRecord; readonly attachment: Attachment }[] {
  const result: { volume: VolumeRecord; attachment: Attachment }[] = [];
  for (const volumeId of server.volumeIds) {
    const volume = call.account.volumes.get(volumeId);
    const attachment = volume?.attachments.find(({ serverId }) => serverId === server.id);
    if (volume !== undefined && attachment !== undefined) result.push({ volume, attachment });
  }
  return result;
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
