import * as z from "zod";
import { type Action, act, action, forbidden } from "./action.ts";
import { attachActions } from "./attach-actions.ts";
import { type Call, type Handler, volumeOf } from "./call.ts";
import { checkQuota } from "./quotas.ts";
import { badRequest, conflict, tooOld } from "./responses.ts";
import * as values from "./values.ts";
import { later, leaveMessage, putSnapshot, putVolume } from "./work.ts";

const GROW_IN_USE = 42;
const REVERT = 40;

/** The service's plain acceptance of an action: no body, and yet a content type of JSON. */
const ACTION_ACCEPTED = { status: 202, headers: { "content-type": "application/json" }, body: "" };

const extend = action(
  z.looseObject({ new_size: values.size("integer", "string") }),
  { required: ["new_size"] },
  (call, volume, { new_size }) => {
    const { state, version, now } = call;
    const size = Number(new_size);
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
  },
);

function revert(call: Call, fields: unknown): void {
  if (call.version < REVERT) throw tooOld();
  if (fields === null) throw badRequest("Missing required element 'revert' in request body.");
  const volume = volumeOf(call);
  const { state, now } = call;
  const snapshotId = String(Object(fields).snapshot_id);
  const [latest] = state.snapshots.by("volume", volume.id);
  if (latest === undefined) throw badRequest(`Volume ${volume.id} doesn't have any snapshots.`);
  if (latest.id !== snapshotId)
    throw badRequest(
      `Specified snapshot ${snapshotId} is None or not the latest one of volume ${volume.id}.`,
    );
  const refused = `Can't revert volume ${volume.id} to its latest snapshot ${latest.id}.`;
  if (volume.sizeGiB !== latest.sizeGiB)
    throw badRequest(`${refused} The volume size must be equal to the snapshot size.`);
  if (volume.status !== "available")
    throw conflict(`Invalid volume: ${refused} Volume's status must be 'available'.`);
  putVolume(call, volume.id, now, { status: "reverting" });
  putSnapshot(call, snapshotId, now, { status: "restoring" });
  const fails = state.fails("revert_volume");
  later(call, (at) => {
    putVolume(call, volume.id, at, { status: fails ? "error" : "available" });
    putSnapshot(call, snapshotId, at, { status: "available" });
  });
}

const setBootable = action(
  z.looseObject({ bootable: values.flag }),
  { required: ["bootable"] },
  (call, { id }, { bootable: isBootable }) => putVolume(call, id, call.now, { isBootable }),
);

const setReadOnly = action(
  z.looseObject({ readonly: values.flag }),
  { required: ["readonly"] },
  (call, { id, status, shownMetadata }, { readonly }) => {
    if (status !== "available")
      throw badRequest(
        `Invalid volume: Volume ${id} status must be available to update readonly flag, but current status is: ${status}.`,
      );
    const shown = { ...shownMetadata, readonly: readonly ? "True" : "False" };
    putVolume(call, id, call.now, { shownMetadata: shown });
  },
);

/** What only administrators may do, of whom the emulator has none. */
const ADMIN_ACTIONS = ["os-reset_status", "os-force_delete", "os-force_detach", "os-migrate_volume"];

const ACTIONS: Readonly<Record<string, Action>> = {
  ...attachActions,
  ...Object.fromEntries(ADMIN_ACTIONS.map((name) => [name, forbidden("volume", volumeOf)])),
  "os-extend": extend,
  "os-set_bootable": setBootable,
  "os-update_readonly_flag": setReadOnly,
  revert,
};

/** `POST /volumes/{id}/action`: the one member of the body says which. */
export const volumeAction: Handler = (call) => {
  const name = act(call, ACTIONS);
  return name === "os-set_bootable" ? { ...ACTION_ACCEPTED, status: 200 } : ACTION_ACCEPTED;
};
