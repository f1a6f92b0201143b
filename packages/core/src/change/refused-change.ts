import type { Call } from "../call/call.ts";
import {
  extendError,
  isPolyvolError,
  type PolyvolError,
  type PolyvolErrorCode,
  reinterpretError,
} from "../errors.ts";
import type { VolumeResources } from "../operations/resources.ts";
import { inUse, type Volume } from "../volume.ts";
import { usable } from "../wait/goals.ts";
import type { ServerOfChange, VolumeChange } from "./volume-changes.ts";

/** Looks after a refusal that says "done already", the first at once: a volume's record may lag behind. */
const LOOKS_AT_A_RECORD_BEHIND = 5;
/** Looks after an earlier request got no clear answer and its repetition is refused: about a minute. */
const LOOKS_AT_WHAT_MAY_COME = 8;
/** Each pause is so much longer than the one before. */
const GROWTH = 1.5;

/** The volume that a change is of. */
export interface VolumeTarget {
  readonly resources: VolumeResources;
  readonly call: Call;
  readonly id: string;
}

/**
 * What a change comes to that was refused, or failed, for good: the volume, if it is as wanted all the same, since an
 * earlier request without an answer or another process may have done it. `mayCome`: such a request may be under way yet.
 *
 * @throws `error`, or what it means by what the volume is now
 */
export async function refusedChange(
  { resources, call, id }: VolumeTarget,
  change: VolumeChange,
  error: PolyvolError,
  mayCome: boolean,
): Promise<Volume> {
  const { server } = change;
  const leavesTrace = change.leavesNoTrace !== true;
  const again = createPatience(call, mayCome);
  for (;;) {
    const volume = await resources.get(call, id).catch((failure: unknown) => {
      const isOwnWord = isPolyvolError(failure, "not_found") || call.abortSignal.aborted;
      throw server !== undefined && isOwnWord ? failure : error;
    });
    const isAtRest = usable(volume).state === "done";
    // The provider has said that it failed: what looks as wanted is so only at rest, and where it can be seen at all.
    const isBelieved = leavesTrace && (isAtRest || !isPolyvolError(error, "operation_failed"));
    const isDone = change.reached(volume) && isBelieved;
    // As it was before the last change here: what may come would make it so again, and a copy that lags behind shows it so.
    const isMaybeOld = call.runtime.recentChanges.isBefore(volume);
    if (isDone && !(mayCome && isMaybeOld)) return volume;
    const overtaken = isAtRest ? change.overtaken?.(volume) : undefined;
    if (overtaken !== undefined) {
      throw reinterpretError(error, overtaken.code, overtaken.reason, { retryable: false });
    }
    const isBehind =
      (isMaybeOld && OF_ITS_STATE.has(error.code)) ||
      (server !== undefined && mayBeBehind(volume, server, error));
    if (((mayCome && leavesTrace) || isBehind) && (await again())) continue;
    if (isDone) return volume;
    throw meaningOf(call, change, volume, error);
  }
}

/** Pauses before one more look at a volume that is not as wanted though it may come to be; `false` after enough of them. */
export function createPatience(call: Call, mayCome: boolean): () => Promise<boolean> {
  const { firstPauseMs, maxDelayMs } = call.runtime.polling;
  let pauseMs = firstPauseMs;
  let looks = 1;
  return async () => {
    if (looks >= (mayCome ? LOOKS_AT_WHAT_MAY_COME : LOOKS_AT_A_RECORD_BEHIND)) return false;
    if (pauseMs >= call.remainingMs()) return false;
    looks += 1;
    await call.sleep(pauseMs);
    // What may be under way takes longer than a record that lags behind.
    pauseMs = mayCome ? Math.min(maxDelayMs, pauseMs * GROWTH) : pauseMs * GROWTH;
    return true;
  };
}

/** Whether the refusal may say that it is done already, and the record merely does not show it yet. */
function mayBeBehind(volume: Volume, server: ServerOfChange, error: PolyvolError): boolean {
  if (server.change === "attach") return error.mayAlreadyExist && volume.attachments.length === 0;
  return error.code === "not_found" || error.code === "failed_precondition";
}

/** Failures that what the volume is by now may explain: another client may have changed it meanwhile. */
const OF_ITS_STATE: ReadonlySet<PolyvolErrorCode> = new Set([
  "operation_failed",
  "failed_precondition",
  "invalid_argument",
  "out_of_range",
  "conflict",
]);

/**
 * The failure by what the volume is now. Of what is "not found" although the volume can be read, that is the server, or
 * its having the volume, or the other thing that the change is about.
 */
function meaningOf(call: Call, change: VolumeChange, volume: Volume, error: PolyvolError): PolyvolError {
  if (OF_ITS_STATE.has(error.code)) return extendError(error, {}, compared(change, volume, error.reason));
  if (!isPolyvolError(error, "not_found") || change.isOfAnother === true) return error;
  if (change.server !== undefined) return serverMissing(call, volume, change.server, error);
  const words = `the provider shows it, and does not find it for the change: ${error.reason}`;
  return reinterpretError(error, "unavailable", words, { retryable: true });
}

/** `reason`, and what is there and was asked for, where another client has changed that. */
export function compared({ compare }: VolumeChange, volume: Volume, reason: string): string {
  const words = compare?.(volume);
  return words === undefined || reason.endsWith(words) ? reason : `${reason.replace(/\.$/, "")}; ${words}`;
}

/** The error is about the server then. */
function serverMissing(
  call: Call,
  volume: Volume,
  { id, change }: ServerOfChange,
  error: PolyvolError,
): PolyvolError {
  call.about({ kind: "server", id });
  const about = `volume ${JSON.stringify(volume.name)} (${volume.id})`;
  const record =
    volume.attachments.length > 0 ? "though the volume's record still names it" : `which is ${inUse(volume)}`;
  const words =
    change === "attach"
      ? `the provider finds no server ${id} to attach ${about} to`
      : `the provider finds no server ${id} that has ${about}, ${record}`;
  return extendError(error, {}, `${words}: ${error.reason}`);
}
