/** Actions (attach, detach, resize) ↔ core's pending changes. Creating and deleting makes none. */
import { type Changed, type Pending, type PendingStatus, refusedArgument } from "@polyvol/core/driver";
import type { WireAction } from "./wire.ts";

const KIND = "action";

/** The answer to a change: an action that is over already needs no following. */
export function toChanged(action: WireAction, volumeId: string): Changed {
  if (toPendingStatus(action).state === "succeeded") return { settled: true };
  return { pending: { kind: KIND, token: `${volumeId}/${action.id}` } };
}

/** What identifies an action, which names no volume itself. Older tokens end in the time of their start. @throws PolyvolError `invalid_argument` for what is no token */
export function toActionRef({ kind, token }: Pending) {
  const [, volumeId, actionId] = /^([0-9A-Fa-f-]+)\/(\d{1,15})(?:\/\d{1,15})?$/.exec(token) ?? [];
  if (kind !== KIND || volumeId === undefined)
    throw refusedArgument("this is no pending change of a DigitalOcean volume");
  return { volumeId, actionId: Number(actionId) };
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
