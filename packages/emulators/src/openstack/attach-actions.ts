/** The old actions that attach and detach volumes, which need no Nova, and those with which Nova announces it. */
import * as z from "zod";
import { action, plainAction } from "./action.ts";
import type { Call } from "./call.ts";
import type { AttachmentRecord, VolumeRecord } from "./records.ts";
import { badRequest, conflict, refusal } from "./responses.ts";
import * as values from "./values.ts";
import { putVolume } from "./work.ts";

/** The metadata that the service shows of a volume attached in a mode. */
export function attachedAs(mode: string, { shownMetadata }: VolumeRecord): Record<string, string> {
  return { readonly: "False", ...shownMetadata, attached_mode: mode };
}

/** The same once it is attached nowhere. */
export function detachedFrom({ shownMetadata }: VolumeRecord): Record<string, string> {
  const { attached_mode: _, ...rest } = shownMetadata;
  return rest;
}

const attachBody = z.looseObject({
  instance_uuid: values.serverId,
  mountpoint: values.mountpoint,
  host_name: values.hostName,
  mode: values.attachMode,
});

const attach = action(
  attachBody,
  { required: ["mountpoint"], oneOf: ["instance_uuid", "host_name"] },
  (call, volume, { instance_uuid: serverId = null, host_name: hostName = null, mountpoint, mode = "rw" }) => {
    const { state, now } = call;
    const { readonly } = attachedAs(mode, volume);
    if (readonly === "True" && mode !== "ro")
      throw badRequest(`Invalid attaching mode '${mode}' for volume ${volume.id}.`);
    const isThere = volume.attachments.some((each) =>
      serverId === null ? each.hostName === hostName : each.serverId === serverId,
    );
    if (isThere && volume.status === "in-use") throw outOfOrder();
    const shared = volume.type === "multiattach" && volume.status === "in-use";
    if (volume.status !== "available" && volume.status !== "attaching" && !shared)
      throw badRequest(
        `Invalid volume: Volume ${volume.id} status must be available or downloading to reserve, but the current status is ${volume.status}.`,
      );
    const attachment: AttachmentRecord = {
      id: state.newId(),
      serverId,
      hostName,
      device: mountpoint,
      attachedAt: state.instant(now),
    };
    putVolume(call, volume.id, now, {
      status: "in-use",
      attachments: [...volume.attachments, attachment],
      shownMetadata: attachedAs(mode, volume),
    });
  },
);

const detach = action(
  z.looseObject({ attachment_id: values.uuidOrNull }),
  {},
  (call, volume, { attachment_id: id }) => {
    const { attachments, status } = volume;
    // What Nova has attached, only Nova detaches. Of several, one has to be named.
    const chosen = attachments.filter((each) => id === undefined || id === null || each.id === id);
    const isNova = call.state.options.compute && attachments.some(({ serverId }) => serverId !== null);
    // What is attached nowhere is "detached" with success.
    if (isNova || (attachments.length > 0 && chosen.length !== 1))
      throw conflict("ConflictNovaUsingAttachment: Detach volume from instance  using the Compute API");
    const left = attachments.filter((each) => !chosen.includes(each));
    const isHeld = /^(?:in-use|detaching)$/.test(status);
    putVolume(call, volume.id, call.now, {
      attachments: left,
      status: left.length > 0 ? "in-use" : isHeld ? "available" : status,
      shownMetadata: left.length > 0 ? volume.shownMetadata : detachedFrom(volume),
    });
  },
);

const reserve = plainAction((call, volume) => {
  const shared = volume.type === "multiattach";
  if (volume.status !== "available" && !(shared && volume.status === "in-use"))
    throw badRequest(
      `Invalid volume: Volume status must be ${shared ? "available or in-use" : "available"} to reserve, but the status is ${volume.status}.`,
    );
  putVolume(call, volume.id, call.now, { status: "attaching" });
});

const unreserve = plainAction((call, { id, status, attachments }) => {
  if (status === "attaching")
    putVolume(call, id, call.now, { status: attachments.length > 0 ? "in-use" : "available" });
});

const beginDetaching = plainAction((call, { id, status, attachments }) => {
  if (status !== "in-use" || attachments.length === 0)
    throw badRequest(
      "Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach.",
    );
  putVolume(call, id, call.now, { status: "detaching" });
});

const rollDetaching = plainAction((call, { id, status }) => {
  if (status === "detaching") putVolume(call, id, call.now, { status: "in-use" });
});

/** What the service says where its own code stumbles. */
const outOfOrder = (): Error =>
  refusal(500, "The server has either erred or is incapable of performing the requested operation.");

export const attachActions = {
  "os-attach": attach,
  "os-detach": (call: Call, fields: unknown, name: string): void => {
    // Its schema takes null, and what comes behind that does not.
    if (fields === null) throw outOfOrder();
    detach(call, fields, name);
  },
  "os-reserve": reserve,
  "os-unreserve": unreserve,
  "os-begin_detaching": beginDetaching,
  "os-roll_detaching": rollDetaching,
};
