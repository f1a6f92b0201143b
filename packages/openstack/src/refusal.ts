/*
 * A refusal with status 400 says that the input is wrong, or that the state forbids it, in words that name all states
 * at once. What it means is decided by the state as it is read afterwards.
 */
import {
  isPolyvolError,
  type PolyvolError,
  type PolyvolErrorCode,
  type Snapshot,
  type Volume,
  type VolumeState,
} from "@polyvol/core";
import { providerDetails, reinterpretError } from "@polyvol/core/driver";
import { cinderVolumeState } from "@polyvol/core/http";
import { toSnapshotState, waitsForPerson } from "./mapping.ts";
import type { WireSnapshot, WireVolume } from "./wire.ts";

/** Whether only the state can tell what the refusal means. */
export function isAmbiguous(error: unknown): error is PolyvolError {
  return (
    isPolyvolError(error, "invalid_argument") && error.status === 400 && error.providerCode === "badRequest"
  );
}

/** The refusal under another code. What `passes` is waited for. */
function meaning(error: PolyvolError, code: PolyvolErrorCode, reason: string, passes = false): PolyvolError {
  return reinterpretError(error, code, reason, { retryable: passes, outcome: "not_applied" });
}

/** A deletion that was refused, and then not found: it has gone meanwhile, or reads do not show it. The next request tells. */
export function notFoundAfter(error: PolyvolError): PolyvolError {
  return meaning(error, "conflict", `it is refused, and then not found: ${error.reason}`, true);
}

/** Why a volume was not deleted; `snapshots`: the states of those that it has. */
export function undeletableVolume(
  error: PolyvolError,
  { status, attachments }: WireVolume,
  snapshots: readonly WireSnapshot[],
): PolyvolError {
  const has = snapshots.length === 1 ? "it has a snapshot" : "it has snapshots";
  const stuck = snapshots.filter((each) => each.status === "error_deleting").map(({ id }) => id);
  if (status === "error_deleting") return meaning(error, "failed_precondition", forAdministrators("it"));
  if (cinderVolumeState(status) === "in_use" || attachments.length > 0)
    return meaning(error, "failed_precondition", `it is in the state ${status}`);
  if (!isAtRest(cinderVolumeState(status))) return busy(error, status);
  if (stuck.length > 0)
    return meaning(error, "failed_precondition", forAdministrators(`its snapshot ${stuck.join(", ")}`));
  if (snapshots.length === 0) return meaning(error, "failed_precondition", inState(error, status));
  const passes = snapshots.every((each) => each.status === "deleting");
  if (passes) return meaning(error, "conflict", `${has} being deleted`, true);
  return meaning(error, "failed_precondition", `${has}, which cannot outlive it`);
}

/** Why a snapshot was not deleted. */
export function undeletableSnapshot(error: PolyvolError, { status }: WireSnapshot): PolyvolError {
  if (status === "error_deleting") return meaning(error, "failed_precondition", forAdministrators("it"));
  const state = toSnapshotState(status);
  if (state !== "available" && state !== "error") return busy(error, status);
  return meaning(error, "failed_precondition", error.reason);
}

/** Why neither is deleted, whoever of the project asks. */
export function whyUndeletable(resource: Volume | Snapshot): string | undefined {
  if (resource.providerState === "error_deleting") return forAdministrators("it");
  const wire = providerDetails(resource) as Partial<WireVolume & WireSnapshot> | undefined;
  const group = wire?.group_id || wire?.consistencygroup_id || wire?.group_snapshot_id;
  return group ? `it belongs to the group ${group}, and has to be taken out of it first` : undefined;
}

/**
 * Why a change of a volume, or a snapshot of it, was refused: for its state, or else for what was asked. `forbiddenIn`:
 * states of rest in which nothing else can be the reason.
 */
export function unchangeableVolume(
  error: PolyvolError,
  { status }: WireVolume,
  forbiddenIn: readonly VolumeState[] = [],
): PolyvolError {
  const state = cinderVolumeState(status);
  if (forbiddenIn.includes(state)) return meaning(error, "failed_precondition", error.reason);
  if (state === "error" || state === "deleting")
    return meaning(error, "failed_precondition", inState(error, status));
  if (!isAtRest(state)) return busy(error, status);
  // What it was in has passed before it was read.
  const was = STATUS_AT_REFUSAL.exec(error.reason)?.[1] ?? status;
  if (was !== status) return busy(error, was);
  // A migration shows in no state of a volume that is in use.
  if (MIGRATING.test(error.reason)) return busy(error, "migrating");
  return error.reason.startsWith(UNFIT) ? meaning(error, "failed_precondition", error.reason) : error;
}

function inState({ reason }: PolyvolError, status: string): string {
  return `it is in the state ${status}: ${reason}`;
}

/**
 * Why nothing was made of a snapshot or volume: for its state, or else for what was asked. `isUsable`: whether something
 * could be made of it by now.
 */
export function unusableSource(error: PolyvolError, status: string, isUsable: boolean): PolyvolError {
  const isOfState = /\bstatus must be\b/.test(error.reason);
  if (isUsable) return isOfState ? meaning(error, "conflict", error.reason, true) : error;
  const isFinal = /^(?:error|deleting)/.test(status) || waitsForPerson(status);
  const reason = `what it is to be made of is in the state ${status}`;
  return meaning(error, isFinal ? "failed_precondition" : "conflict", reason, !isFinal);
}

/** The service's own words: "Snapshot cannot be created while volume is migrating." */
const MIGRATING = /\bwhile volume is migrating\b/;

/** How the service begins a refusal for what the volume is in, of which `status` is a part; of the input it says "input". */
const UNFIT = "Invalid volume:";

/** The service's own words: "status must be available, but current status is: backing-up.", "to extend, currently extending." */
const STATUS_AT_REFUSAL = /(?:current status is:?|, currently) '?([a-z_-]+)/i;

function isAtRest(state: string): boolean {
  return state === "available" || state === "in_use" || state === "error";
}

function busy(error: PolyvolError, status: string): PolyvolError {
  if (waitsForPerson(status))
    return meaning(
      error,
      "failed_precondition",
      `it is in the state ${status}, which does not pass by itself`,
    );
  return meaning(error, "conflict", `it is in the state ${status}`, true);
}

function forAdministrators(what: string): string {
  return `${what} is in the state error_deleting, in which only an administrator of the cloud can delete or mend it`;
}
