import { comparableId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import { recover } from "../call/recover.ts";
import { isUnclear } from "../call/retry.ts";
import type { Changed } from "../driver.ts";
import { isPolyvolError, PolyvolError } from "../errors.ts";
import type { VolumeResources } from "../operations/resources.ts";
import type { WaitOptions } from "../options.ts";
import type { Volume } from "../volume.ts";
import { waitForEffect } from "../wait/effect.ts";
import {
  DONE,
  describeState,
  idle,
  isBlocked,
  reaches,
  refuseBlocked,
  shows,
  type Verdict,
} from "../wait/goals.ts";
import { readBeforeChange } from "../wait/looks.ts";
import { waitFor } from "../wait/wait.ts";
import { compared, refusedChange, type VolumeTarget } from "./refused-change.ts";
import type { VolumeChange } from "./volume-changes.ts";

/** What looks as wanted may be about to change for so long, in milliseconds. */
const OPEN_MS = 60_000;

interface Target extends VolumeTarget {
  readonly onProgress: WaitOptions["onProgress"];
}

/**
 * Brings a volume to where a change leads: looks, sends once, waits. After an unclear answer it looks again before it
 * sends again. Changes of one volume follow each other within this process.
 */
export function changeVolume(
  resources: VolumeResources,
  call: Call,
  id: string,
  change: VolumeChange,
  onProgress: WaitOptions["onProgress"],
): Promise<Volume> {
  const { runtime, operation } = call;
  const target: Target = { resources, call, id, onProgress };
  const { recentChanges, polling } = runtime;
  let isAccepted = false;
  let before: Volume | undefined;
  return runtime.locks.exclusively(`volume ${comparableId(id)}`, call.abortSignal, async () => {
    const after = await recover<Volume>(call, {
      looksBefore: true,
      look: async () => {
        let volume = await readIdle(target, change);
        while (change.reached(volume) && recentChanges.isBefore(volume)) {
          await call.sleep(polling.firstPauseMs);
          volume = await readIdle(target, change);
        }
        if (change.reached(volume)) return volume;
        before = volume;
        refuseBlocked(runtime, volume);
        change.refuse?.(volume);
        throwIfAny(change.overtaken?.(volume));
        return undefined;
      },
      onLook: (found, unclear) => {
        if (found === undefined || !unclear) return;
        runtime.emit(operation, { type: "recover", resource: { kind: "volume", id }, result: "found" });
      },
      send: async () => {
        isAccepted = false;
        await change.check?.();
        const changed = await call.send("once", (context) => change.send(context));
        isAccepted = true;
        return await waitUntilReached(target, change, changed);
      },
      next: (failure, { isLast }) => {
        // What fails after that is a look.
        if (isAccepted) return "end";
        // Of what was read just now it is said by a copy that lags behind: the next look tells whether it has gone.
        const isOfAnother = change.server !== undefined || change.isOfAnother === true;
        const isBehind = isPolyvolError(failure, "not_found") && !isOfAnother;
        const mayHelp = isUnclear(failure) || failure.mayAlreadyExist || isBehind;
        return mayHelp && !isLast ? "send_again" : "end";
      },
      end: (failure, mayCome) => refusedChange(target, change, failure, mayCome),
    });
    if (before !== undefined) recentChanges.changed(before, after);
    return after;
  });
}

/** The volume, once nothing is under way on it, or it is as wanted whatever is. */
async function readIdle({ resources, call, id, onProgress }: Target, change: VolumeChange): Promise<Volume> {
  const { runtime } = call;
  const startedAt = runtime.monotonicNow();
  const boundMs = Math.min(OPEN_MS, call.remainingMs() / 4);
  const goal = (volume: Volume): Verdict => {
    const verdict = idle(volume);
    if (verdict.state !== "pending") return verdict;
    const isBounded = change.openIn?.isBounded === true && runtime.monotonicNow() - startedAt >= boundMs;
    const isFinal = !change.openIn?.states.includes(volume.state) || isBounded;
    return isBlocked(runtime, volume) || (change.reached(volume) && isFinal) ? DONE : verdict;
  };
  const watched = { kind: "volume", id, onProgress } as const;
  const read = (): Promise<Volume> => resources.get(call, id);
  const volume = await readBeforeChange(call, watched, read);
  call.about({ kind: "volume", id: volume.id, name: volume.name });
  if (goal(volume).state !== "pending") return volume;
  const rested = await waitFor(call, {
    ...watched,
    isBefore: true,
    stays: "seen",
    goal,
    looks: resources.looks,
  });
  if (rested === undefined) throw vanished();
  return rested;
}

async function waitUntilReached(
  { resources, call, id, onProgress }: Target,
  change: VolumeChange,
  changed: Changed,
): Promise<Volume> {
  const isEnd = (seen: Volume): boolean => change.reached(seen) || change.overtaken?.(seen) !== undefined;
  // It waits for a person since, and is as wanted.
  const isReachedAndBlocked = (seen: Volume): boolean =>
    isBlocked(call.runtime, seen) && change.leavesNoTrace !== true && change.reached(seen);
  const volume = await waitForEffect(call, {
    kind: "volume",
    id,
    onProgress,
    resources,
    stays: "seen",
    leavesNoTrace: change.leavesNoTrace === true,
    changed,
    goal:
      change.isOfRecord === true
        ? shows(isEnd)
        : (seen) => (isReachedAndBlocked(seen) ? DONE : reaches(isEnd)(seen)),
    motionOf: (seen) =>
      idle(seen).state === "done" || isBlocked(call.runtime, seen) ? "at_rest" : "under_way",
    givenUp: (seen, after) => {
      const ended = "and ended it without effect, or another client has undone it since";
      const what = after === "nothing" ? "and nothing has come of it" : ended;
      const words = `the provider accepted the change ${what}: it is ${describeState(seen)}`;
      return compared(change, seen, words);
    },
  });
  if (volume === undefined) throw vanished();
  if (!change.reached(volume)) throwIfAny(change.overtaken?.(volume));
  return volume;
}

function throwIfAny(error: PolyvolError | undefined): void {
  if (error !== undefined) throw error;
}

/** What was there when the change began. */
export function vanished(): PolyvolError {
  return new PolyvolError("not_found", "it has gone meanwhile");
}
