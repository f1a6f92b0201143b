/** Actions (attach, detach, resize) ↔ core's pending changes. Creating and deleting makes none. */
import { type Changed, type Pending, type PendingStatus, refusedArgument } from "@polyvol/core/driver";
import type { WireAction } from "./wire.ts";

const KIND = "action";

/** A new action answers 404 for a moment. After so long without it there is nothing left to wait for. */
const APPEARANCE_MS = 60_000;

/** What identifies an action: it names no volume itself. */
export interface ActionRef {
  readonly volumeId: string;
  readonly actionId: number;
  /** When it was started, in milliseconds by the driver's clock. */
  readonly startedAt: number;
}

/** The answer to a change: an action that is over already needs no following. */
export function toChanged(action: WireAction, volumeId: string, startedAt: number): Changed {
  if (toPendingStatus(action).state === "succeeded") return { settled: true };
  return { pending: { kind: KIND, token: `${volumeId}/${action.id}/${Math.round(startedAt)}` } };
}

/** @throws PolyvolError `invalid_argument` for what {@link toChanged} did not make */
export function toActionRef({ kind, token }: Pending): ActionRef {
  const [, volumeId, actionId, startedAt] = /^([0-9A-Fa-f-]+)\/(\d{1,15})\/(\d{1,15})$/.exec(token) ?? [];
  if (kind !== KIND || volumeId === undefined)
    throw refusedArgument("this is no pending change of a DigitalOcean volume");
  return { volumeId, actionId: Number(actionId), startedAt: Number(startedAt) };
}

/** What an action says. A word that is not known counts as over once the action has an end; core looks again then. */
export function toPendingStatus({ id, status, completed_at }: WireAction): PendingStatus {
  switch (status) {
    case "completed":
    case "done": // in use for resizes in 2023
      return { state: "succeeded" };
    case "errored":
      return { state: "failed", reason: `action ${id} ended with the status errored` };
    case "in-progress":
      return { state: "running", seen: status };
    default:
      return completed_at ? { state: "succeeded" } : { state: "running", seen: status };
  }
}

/** What the absence of an action's record means. */
export function absentStatus({ volumeId, actionId, startedAt }: ActionRef, now: number): PendingStatus {
  if (now - startedAt < APPEARANCE_MS) return { state: "running", seen: "not visible yet" };
  return { state: "failed", reason: `there is no record of action ${actionId} on volume ${volumeId}` };
}
