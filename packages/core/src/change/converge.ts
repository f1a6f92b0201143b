import type { Call } from "../call.ts";
import type { CallContext, Changed } from "../driver.ts";
import { isPolyvolError, PolyvolError } from "../errors.ts";
import type { WaitOptions } from "../options.ts";
import { isUnclear } from "../retry.ts";
import type { Volume } from "../volume.ts";
import type { VolumeResources } from "../volume-resources.ts";
import { settled, volumeReaches, volumeUsable } from "../waiting/goal.ts";
import { waitFor } from "../waiting/wait.ts";
import { refusedOnServer, type ServerOfChange } from "./refused-on-server.ts";

/** A change of a volume, told by where it leads: so it can be repeated, and recovered by looking. */
export interface VolumeChange {
  readonly id: string;
  /** Whether the volume is as wanted; then nothing is sent. */
  reached(volume: Volume): boolean;
  /** Throws what forbids the change in the volume's present state. */
  refuse(volume: Volume): void;
  send(context: CallContext): Promise<Changed>;
  /** The server that it is about, too, where there is one. */
  readonly server?: ServerOfChange;
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
      change.refuse(volume);
      try {
        const changed = await call.send("once", (context) => change.send(context));
        return await waitUntilReached(resources, call, change, changed);
      } catch (error) {
        if (call.abortSignal.aborted || !isPolyvolError(error)) throw error;
        unclear ||= isUnclear(error);
        const again = isUnclear(error) || error.lookFirst;
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
  if (change.reached(volume)) return volume;
  throw error;
}

/** The volume, once nothing is under way on it. */
async function atRest(resources: VolumeResources, call: Call, change: VolumeChange): Promise<Volume> {
  const volume = await resources.get(call, change.id);
  call.about({ kind: "volume", id: volume.id, name: volume.name });
  if (settled(volume).state !== "pending") return volume;
  const rested = await waitFor(call, {
    kind: "volume",
    id: change.id,
    goal: settled,
    polls: resources.polls,
    onProgress: change.onProgress,
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
  let underWay = false;
  for (let { pending } = changed; ; pending = undefined) {
    const volume = await waitFor(call, {
      kind: "volume",
      id: change.id,
      // At rest again without effect: the provider gave up. At rest from the start: it has not begun yet.
      goal: (seen) => {
        const verdict = volumeReaches((each) => change.reached(each))(seen);
        const resting = volumeUsable(seen).state === "done";
        if (!resting) underWay = true;
        return verdict.state === "pending" && resting && underWay ? { state: "done" } : verdict;
      },
      polls: resources.polls,
      pending,
      onProgress: change.onProgress,
      lookAtOnce: changed.settled === true,
    });
    if (volume === undefined) throw vanished();
    if (change.reached(volume)) return volume;
    // A shared look may have come from a listing that lags behind: only the volume itself proves a failure.
    const now = await resources.get(call, change.id);
    if (change.reached(now)) return now;
    if (volumeUsable(now).state === "done") {
      throw new PolyvolError(
        "operation_failed",
        "the provider accepted the change and ended it without effect",
        {
          outcome: "unknown",
        },
      );
    }
  }
}

function emitFound(call: Call, id: string): void {
  call.runtime.emit(call.operation, { type: "recover", resource: { kind: "volume", id }, result: "found" });
}

function vanished(): PolyvolError {
  return new PolyvolError("not_found", "it has gone meanwhile");
}
