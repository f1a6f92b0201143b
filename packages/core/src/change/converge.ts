import type { Call } from "../call.ts";
import type { CallContext, Changed } from "../driver.ts";
import { isPolyvolError, PolyvolError, type PolyvolErrorDetails } from "../errors.ts";
import type { WaitOptions } from "../options.ts";
import { isUnclear } from "../retry.ts";
import type { Volume, VolumeState } from "../volume.ts";
import type { VolumeResources } from "../volume-resources.ts";
import { waitForEffect } from "../waiting/effect.ts";
import { seenState, settled, type Verdict, volumeReaches, volumeUsable } from "../waiting/goal.ts";
import { readPatiently } from "../waiting/report.ts";
import { waitFor } from "../waiting/wait.ts";
import { isBlocked, refuseBlocked } from "./blocked.ts";
import { refusedOnServer, type ServerOfChange } from "./refused-on-server.ts";

/** What looks as wanted may be about to change for so long. */
const OPEN_MS = 60_000;

/** A change of a volume, told by where it leads: so it can be repeated, and recovered by looking. */
export interface VolumeChange {
  readonly id: string;
  /** Whether the volume is as wanted; then nothing is sent. */
  reached(volume: Volume): boolean;
  /**
   * States in which the volume may look as wanted and not stay so: a change of the same matter is under way. In all
   * others it is returned as it is. `patient`: also in these, once it has stayed in them for a minute.
   */
  readonly openIn?: { readonly states: readonly VolumeState[]; readonly patient?: boolean };
  /** Throws what forbids the change in the volume's present state. */
  refuse(volume: Volume): void;
  send(context: CallContext): Promise<Changed>;
  /** The server that it is about, too, where there is one. */
  readonly server?: ServerOfChange;
  /** Whether what is missing may be something else that it is about, too. */
  readonly isOfAnother?: boolean;
  /** Whether no look can tell that it was done. */
  readonly leavesNoTrace?: boolean;
  readonly onProgress: WaitOptions["onProgress"];
}

/**
 * Brings a volume to where a change leads: looks, sends once, waits. After an unclear answer it looks again before it
 * sends again. Changes of one volume follow each other within this process.
 */
export async function converge(
  resources: VolumeResources,
  call: Call,
  change: VolumeChange,
): Promise<Volume> {
  const { runtime } = call;
  return await runtime.locks.exclusively(`volume ${change.id}`, call.abortSignal, async () => {
    let unclear = false;
    for (let round = 1; ; round += 1) {
      const volume = await atRest(resources, call, change);
      if (change.reached(volume)) {
        if (unclear) emitFound(call, change.id);
        return volume;
      }
      refuseBlocked(runtime, volume);
      change.refuse(volume);
      try {
        const changed = await call.send("once", (context) => change.send(context));
        return await waitUntilReached(resources, call, change, changed);
      } catch (error) {
        if (call.abortSignal.aborted || !isPolyvolError(error)) throw error;
        unclear ||= isUnclear(error);
        // Of what was read just now it is said by a copy that lags behind: the next look tells whether it has gone.
        const isOfAnother = change.server !== undefined || change.isOfAnother === true;
        const isBehind = isPolyvolError(error, "not_found") && !isOfAnother;
        const again = isUnclear(error) || error.mayAlreadyExist || isBehind;
        if (!again || round >= runtime.retry.maxAttempts || !(await call.pauseBefore(round, error))) {
          // Refused for good: an earlier request without an answer, or another process, may have done it all the same.
          const { server } = change;
          if (server !== undefined) return await refusedOnServer(resources, call, change, server, error);
          return await alreadyReached(resources, call, change, error);
        }
      }
    }
  });
}

/** The volume, if it is as wanted although the change failed. @throws `error` when it is not */
async function alreadyReached(
  resources: VolumeResources,
  call: Call,
  change: VolumeChange,
  error: PolyvolError,
): Promise<Volume> {
  const volume = await resources.get(call, change.id).catch(() => {
    throw error;
  });
  // The provider has said that it failed: what looks as wanted is so only at rest, and where it can be seen at all.
  const hasFailed = isPolyvolError(error, "operation_failed");
  const isBelieved = !hasFailed || (volumeUsable(volume).state === "done" && change.leavesNoTrace !== true);
  if (change.reached(volume) && isBelieved) return volume;
  if (!isPolyvolError(error, "not_found") || change.isOfAnother === true) throw error;
  const words = `the provider shows it, and does not find it for the change: ${error.reason}`;
  throw new PolyvolError("unavailable", words, {
    ...(error as PolyvolErrorDetails),
    retryable: true,
    cause: error,
  });
}

/** The volume, once nothing is under way on it, or it is as wanted whatever is. */
async function atRest(resources: VolumeResources, call: Call, change: VolumeChange): Promise<Volume> {
  const { runtime } = call;
  const startedAt = runtime.monotonicNow();
  const patienceMs = Math.min(OPEN_MS, call.remainingMs() / 4);
  const goal = (seen: Volume): Verdict => {
    const verdict = settled(seen);
    if (verdict.state !== "pending") return verdict;
    const isPatient = change.openIn?.patient === true && runtime.monotonicNow() - startedAt >= patienceMs;
    const isFinal = !change.openIn?.states.includes(seen.state) || isPatient;
    return isBlocked(runtime, seen) || (change.reached(seen) && isFinal) ? { state: "done" } : verdict;
  };
  const watched = { kind: "volume", id: change.id, onProgress: change.onProgress } as const;
  const read = (): Promise<Volume> => resources.get(call, change.id);
  // What was sent before, here or by an earlier step, may be done: only a look can tell, so it waits out an outage.
  const volume = call.hasSent() ? await readPatiently(call, watched, read) : await read();
  call.about({ kind: "volume", id: volume.id, name: volume.name });
  if (goal(volume).state !== "pending") return volume;
  const rested = await waitFor(call, {
    ...{ ...watched, isBefore: true },
    goal,
    polls: resources.polls,
  });
  if (rested === undefined) throw vanished();
  return rested;
}

async function waitUntilReached(
  resources: VolumeResources,
  call: Call,
  change: VolumeChange,
  changed: Changed,
): Promise<Volume> {
  const volume = await waitForEffect(call, {
    ...{ kind: "volume", id: change.id, onProgress: change.onProgress },
    ...{ resources, changed },
    goal: volumeReaches((each) => change.reached(each)),
    motionOf: (seen) =>
      volumeUsable(seen).state === "done" || isBlocked(call.runtime, seen) ? "at_rest" : "under_way",
    givenUp: (seen, after) => {
      const what = after === "nothing" ? "and nothing has come of it" : "and ended it without effect";
      return `the provider accepted the change ${what}: it is ${seenState(seen)}`;
    },
  });
  if (volume === undefined) throw vanished();
  return volume;
}

function emitFound(call: Call, id: string): void {
  call.runtime.emit(call.operation, { type: "recover", resource: { kind: "volume", id }, result: "found" });
}

function vanished(): PolyvolError {
  return new PolyvolError("not_found", "it has gone meanwhile");
}
