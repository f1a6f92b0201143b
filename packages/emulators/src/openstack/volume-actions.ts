import { readJson } from "./bodies.ts";
import { type Call, type Handler, volumeOf } from "./call.ts";
import { checkQuota } from "./quotas.ts";
import type { AttachmentRecord, VolumeRecord } from "./records.ts";
import { badRequest, conflict, tooOld } from "./responses.ts";
import { ATTACHED } from "./servers.ts";
import { later, leaveMessage, putSnapshot, putVolume } from "./work.ts";

const GROW_IN_USE = 42;
const REVERT = 40;

type Fields = Readonly<Record<string, unknown>>;
type Action = (call: Call, volume: VolumeRecord, fields: Fields) => void;

/** The service's plain acceptance of an action: no body, and yet a content type of JSON. */
const ACTION_ACCEPTED = { status: 202, headers: { "content-type": "application/json" }, body: "" };

const ACTIONS: Readonly<Record<string, Action>> = {
  "os-extend": extend,
  revert,
  "os-attach": attach,
  "os-detach": detach,
};

/** `POST /volumes/{id}/action`: the one member of the body says which. */
export const volumeAction: Handler = (call) => {
  const body = readJson(call.request);
  const names = Object.keys(body);
  const [name = ""] = names;
  if (names.length !== 1) throw badRequest("Malformed request body");
  const action = ACTIONS[name];
  if (action === undefined)
    throw badRequest(
      `There is no such action: ${name}. Verify the request body and Content-Type header and try again.`,
    );
  if (name === "revert" && call.version < REVERT) throw tooOld();
  action(call, volumeOf(call), Object(body[name]) as Fields);
  return ACTION_ACCEPTED;
};

function extend(call: Call, volume: VolumeRecord, fields: Fields): void {
  const { state, version, now } = call;
  const size = Number(fields["new_size"]);
  if (!Number.isInteger(size) || size < 1)
    throw badRequest(
      `Invalid input for field/attribute new_size. Value: ${fields["new_size"]}. ${fields["new_size"]} is less than the minimum of 1`,
    );
  const inUse = volume.status === "in-use" && version >= GROW_IN_USE;
  if (volume.status !== "available" && !inUse)
    throw badRequest(
      `Invalid volume: Volume ${volume.id} status must be '{'status': 'available'}' to extend, currently ${volume.status}.`,
    );
  if (size <= volume.sizeGiB)
    throw badRequest(
      `Invalid input received: New size for extend must be greater than current size. (current: ${volume.sizeGiB}, extended: ${size}).`,
    );
  checkQuota(call, { gigabytes: size - volume.sizeGiB });
  putVolume(call, volume.id, now, { status: "extending" });
  const fails = state.fails("extend_volume");
  later(call, (at) => {
    const { capacityGiB } = state.options;
    if (fails) {
      putVolume(call, volume.id, at, { status: "error_extending" });
      leaveMessage(call, "extend", "VOLUME", volume.id, at);
    } else if (capacityGiB > 0 && state.storedGiB() + size - volume.sizeGiB > capacityGiB) {
      putVolume(call, volume.id, at, { status: volume.status });
      leaveMessage(call, "extendCapacity", "VOLUME", volume.id, at);
    } else putVolume(call, volume.id, at, { status: volume.status, sizeGiB: size });
  });
}

function revert(call: Call, volume: VolumeRecord, fields: Fields): void {
  const { state, now } = call;
  const snapshotId = String(fields["snapshot_id"]);
  const [latest] = state.snapshots.by("volume", volume.id);
  if (latest === undefined) throw badRequest(`Volume ${volume.id} doesn't have any snapshots.`);
  if (latest.id !== snapshotId)
    throw badRequest(
      `Specified snapshot ${snapshotId} is None or not the latest one of volume ${volume.id}.`,
    );
  if (volume.sizeGiB !== latest.sizeGiB)
    throw badRequest(
      `Invalid volume: Volume ${volume.id} size ${volume.sizeGiB} is not equal to snapshot size ${latest.sizeGiB}.`,
    );
  if (volume.status !== "available")
    throw conflict(
      `Invalid volume: Can't revert volume ${volume.id} to its latest snapshot: it is ${volume.status}.`,
    );
  putVolume(call, volume.id, now, { status: "reverting" });
  putSnapshot(call, snapshotId, now, { status: "restoring" });
  const fails = state.fails("revert_volume");
  later(call, (at) => {
    putVolume(call, volume.id, at, { status: fails ? "error" : "available" });
    putSnapshot(call, snapshotId, at, { status: "available" });
  });
}

function attach(call: Call, volume: VolumeRecord, fields: Fields): void {
  const { state, now } = call;
  const serverId = fields["instance_uuid"];
  const hostName = fields["host_name"];
  if (typeof fields["mountpoint"] !== "string" || (serverId === undefined) === (hostName === undefined))
    throw badRequest("Invalid request to attach volume to an invalid target");
  const shared = volume.type === "multiattach" && volume.status === "in-use";
  if (volume.status !== "available" && !shared)
    throw badRequest(
      `Invalid volume: Volume ${volume.id} status must be available or downloading to reserve, but the current status is ${volume.status}.`,
    );
  const attachment: AttachmentRecord = {
    id: state.newId(),
    serverId: serverId === undefined ? null : String(serverId),
    hostName: hostName === undefined ? null : String(hostName),
    device: fields["mountpoint"],
    attachedAt: state.instant(now),
  };
  putVolume(call, volume.id, now, {
    status: "in-use",
    attachments: [...volume.attachments, attachment],
    metadata: { ...volume.metadata, ...ATTACHED },
  });
}

function detach(call: Call, volume: VolumeRecord, fields: Fields): void {
  // What Nova has attached, only Nova detaches.
  if (call.state.options.compute && volume.attachments.some(({ serverId }) => serverId !== null))
    throw conflict("ConflictNovaUsingAttachment: Detach volume from instance  using the Compute API");
  const id = fields["attachment_id"];
  const chosen = volume.attachments.filter((each) => id === undefined || each.id === id);
  // What is attached nowhere is "detached" with success.
  if (volume.attachments.length > 0 && chosen.length !== 1)
    throw conflict("ConflictNovaUsingAttachment: Detach volume from instance  using the Compute API");
  const attachments = volume.attachments.filter((each) => !chosen.includes(each));
  const { attached_mode: _, ...metadata } = volume.metadata;
  putVolume(call, volume.id, call.now, {
    attachments,
    status: attachments.length > 0 ? "in-use" : volume.status === "in-use" ? "available" : volume.status,
    metadata: attachments.length > 0 ? volume.metadata : metadata,
  });
}
