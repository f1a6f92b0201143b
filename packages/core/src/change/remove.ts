import type { Call } from "../call.ts";
import type { CallContext, Changed } from "../driver.ts";
import { extendError, isPolyvolError, PolyvolError, type ResourceRef } from "../errors.ts";
import { inUse } from "../in-use.ts";
import type { WaitOptions } from "../options.ts";
import type { Resources } from "../resources.ts";
import { BUSY, isBusy, pauseMs } from "../retry.ts";
import type { Runtime } from "../runtime.ts";
import type { Snapshot } from "../snapshot.ts";
import type { SnapshotResources } from "../snapshot-resources.ts";
import type { Volume } from "../volume.ts";
import type { VolumeResources } from "../volume-resources.ts";
import { type Motion, waitForEffect } from "../waiting/effect.ts";
import { gone, seenState, settled } from "../waiting/goal.ts";
import { waitFor } from "../waiting/wait.ts";
import { isBlocked, refuseBlocked } from "./blocked.ts";

type OnProgress = WaitOptions["onProgress"];

/** Deletes a snapshot for good; missing is success. `seen`: as it was listed just now, which saves a read. */
export async function removeSnapshot(
  resources: SnapshotResources,
  call: Call,
  id: string,
  onProgress?: OnProgress,
  seen?: Snapshot,
): Promise<void> {
  const { driver } = call.runtime;
  const isKnown = driver.deletion === "immediate" || (seen !== undefined && settled(seen).state === "done");
  const found = isKnown ? seen : await readBefore(resources, call, id, onProgress);
  if (found === "gone") return;
  const send = (context: CallContext): Promise<Changed> => driver.deleteSnapshot(id, context);
  await sendAndWait(resources, call, { id, before: found, send, onProgress });
}

export interface VolumeRemoval {
  readonly id: string;
  /** Its snapshots go, too. Otherwise they stay, or the call is refused where they cannot. */
  readonly withSnapshots: boolean;
  readonly onProgress?: OnProgress;
}

/**
 * Deletes a volume for good; missing is success. Whether the volume can go is known before the first of its snapshots
 * goes: where they outlive it, it goes first; where they cannot, it is read before each of them.
 */
export async function removeVolume(
  volumes: VolumeResources,
  snapshots: SnapshotResources,
  call: Call,
  removal: VolumeRemoval,
): Promise<void> {
  const { driver, capabilities, locks } = call.runtime;
  const { id, withSnapshots, onProgress } = removal;
  const outlives = capabilities.supports.includes("snapshots.outliveVolume");
  await locks.exclusively(`volume ${id}`, call.abortSignal, async () => {
    if (!outlives) return await removeAfterSnapshots(volumes, snapshots, call, removal);
    // Listed before the volume goes: what is made of it meanwhile is not what was asked for.
    const listed = withSnapshots ? await snapshots.listAll(call, { volumeId: id }) : [];
    const send = (context: CallContext): Promise<Changed> => driver.deleteVolume(id, context);
    const found =
      driver.deletion === "immediate" ? undefined : await readBefore(volumes, call, id, onProgress);
    if (found !== "gone") {
      refuseInUse(found);
      await sendAndWait(volumes, call, { id, before: found, send, onProgress });
    }
    await removeListed(snapshots, call, volumeRef(id, found), listed, "the volume is gone, and its");
  });
}

async function removeAfterSnapshots(
  volumes: VolumeResources,
  snapshots: SnapshotResources,
  call: Call,
  removal: VolumeRemoval,
): Promise<void> {
  const { id, withSnapshots, onProgress } = removal;
  const found = await readBefore(volumes, call, id, onProgress);
  if (found === "gone") return;
  refuseInUse(found);
  if (found.state !== "deleting") {
    const listed = (await snapshots.listAll(call, { volumeId: id })).filter(
      (each) => each.state !== "deleting",
    );
    if (listed.length > 0 && !withSnapshots) throw cannotOutlive(listed);
    // Somebody may attach it meanwhile: then no further snapshot goes.
    const stillFree = async (): Promise<void> => refuseInUse(await volumes.tryGet(call, id));
    await removeListed(snapshots, call, volumeRef(id, found), listed, "its", stillFree);
  }
  const send = (context: CallContext): Promise<Changed> => call.runtime.driver.deleteVolume(id, context);
  await sendAndWait(volumes, call, { id, before: found, send, onProgress });
}

/**
 * Deletes the snapshots that were listed, the oldest first: what a failure leaves are the newest. What fails is told of
 * the volume, and names both.
 */
async function removeListed(
  snapshots: SnapshotResources,
  call: Call,
  volume: ResourceRef,
  listed: readonly Snapshot[],
  whose: string,
  check?: () => Promise<void>,
): Promise<void> {
  const byAge = listed.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  for (const [index, each] of byAge.entries()) {
    await check?.();
    try {
      await removeSnapshot(snapshots, call, each.id, undefined, check === undefined ? undefined : each);
    } catch (error) {
      if (!isPolyvolError(error) || (call.abortSignal.aborted && error.code !== "timeout")) throw error;
      const left = listed.length - index;
      const which = `${JSON.stringify(each.name)} (${each.id}), the first of ${left} that are left`;
      throw extendError(error, {}, `${whose} snapshot ${which}: ${error.reason}`);
    } finally {
      call.about(volume);
    }
  }
}

function volumeRef(id: string, found: Volume | "gone" | undefined): ResourceRef {
  return { kind: "volume", id, ...(typeof found === "object" ? { name: found.name } : {}) };
}

function refuseInUse(volume: Volume | undefined): void {
  const use = volume === undefined ? undefined : inUse(volume);
  if (use === undefined) return;
  const way = volume?.attachments.length === 0 ? "have the provider set it free" : "detach it first";
  throw new PolyvolError("failed_precondition", `it is ${use}; ${way}`);
}

function cannotOutlive(listed: readonly Snapshot[]): PolyvolError {
  const count = `${listed.length} snapshot${listed.length === 1 ? "" : "s"}`;
  const failed = listed.filter(({ state }) => state === "error").length;
  const ofThem = failed === 0 ? "" : ` (${failed} of them failed)`;
  return new PolyvolError(
    "failed_precondition",
    `it has ${count}${ofThem}, which cannot outlive it on this provider; ` +
      'delete them first, or say snapshots: "delete"',
  );
}

/** The resource as it is once nothing is under way on it, or the word that there is none. */
async function readBefore<T extends Volume | Snapshot, Query>(
  resources: Resources<T, Query>,
  call: Call,
  id: string,
  onProgress: OnProgress,
): Promise<T | "gone"> {
  const { runtime } = call;
  const atRest = (resource: T): ReturnType<typeof settled> =>
    resource.state === "deleting" || isBlocked(runtime, resource) ? { state: "done" } : settled(resource);
  const found = await resources.tryGet(call, id);
  if (found === undefined) return "gone";
  call.about({ kind: resources.kind, id, name: found.name });
  const { kind, polls } = resources;
  const rested =
    atRest(found).state === "pending"
      ? await waitFor(call, { kind, id, goal: atRest, polls, onProgress, isBefore: true })
      : found;
  if (rested !== undefined) refuseBlocked(runtime, rested);
  return rested ?? "gone";
}

const GIVEN_UP = "gave the deletion up";

interface Removal<T> {
  readonly id: string;
  readonly before: T | undefined;
  readonly send: (context: CallContext) => Promise<Changed>;
  readonly onProgress: OnProgress;
}

async function sendAndWait<T extends Volume | Snapshot, Query>(
  resources: Resources<T, Query>,
  call: Call,
  removal: Removal<T>,
): Promise<void> {
  const { id, before } = removal;
  const changed = before?.state === "deleting" ? {} : await sendRemoval(resources, call, removal);
  if (changed === "gone") return;
  if (changed.settled === true) return;
  await waitForEffect<T, Query>(call, {
    ...{ kind: resources.kind, id, onProgress: removal.onProgress },
    ...{ resources, changed },
    goal: gone<T>(before === undefined ? undefined : seenState(before)),
    motionOf: (seen) => motionOf(call.runtime, seen),
    wasUnderWay: before?.state === "deleting",
    givenUp: (seen, after) => {
      const what = after === "nothing" ? "accepted the deletion, and nothing has come of it" : GIVEN_UP;
      return `the provider ${what}: it is ${seenState(seen)}; does something still depend on it?`;
    },
  });
}

/** Whatever else is under way on it: it is not the deletion. A word that nobody knows may be one for it. */
function motionOf(runtime: Runtime, seen: Volume | Snapshot): Motion {
  if (seen.state === "deleting") return "under_way";
  return seen.state === "unknown" && !isBlocked(runtime, seen) ? "unclear" : "at_rest";
}

/**
 * Sends the request, again while the provider calls the resource busy, for a while. Before each repetition it is
 * looked at: what is in use by its own record is refused at once, for that does not pass by itself.
 */
async function sendRemoval<T extends Volume | Snapshot, Query>(
  resources: Resources<T, Query>,
  call: Call,
  { id, before, send }: Removal<T>,
): Promise<Changed | "gone"> {
  const { runtime } = call;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call.send("repeatable", (context) => send(context).catch(showBusy));
    } catch (error) {
      if (isPolyvolError(error, "not_found")) return "gone";
      // A request without an answer may have begun it, and its repetition is refused because it is under way.
      if (!isPolyvolError(error) || call.abortSignal.aborted) throw error;
      const now = await resources.tryGet(call, id).catch(() => before ?? "unseen");
      if (now === undefined) return "gone";
      if (now !== "unseen" && now.state === "deleting") return {};
      // Whether a volume is in use is read from its record, never from the words of a refusal.
      if (now !== "unseen" && !("volumeId" in now) && error.outcome === "not_applied") refuseInUse(now);
      const delayMs = pauseMs(BUSY, attempt, runtime.random, error);
      const isLate = delayMs >= call.remainingMs();
      if (!isBusyShown(error) || attempt >= BUSY.maxAttempts || isLate) {
        throw extendError(error, { attempts: Math.max(attempt, error.attempts ?? 0) });
      }
      runtime.emit(call.operation, {
        type: "retry",
        attempt,
        delayMs,
        code: error.code,
        reason: error.reason,
      });
      await call.sleep(delayMs);
    }
  }
}

/** What is busy is repeated here, with a look before; so the call must not repeat it by itself. */
function showBusy(error: unknown): never {
  throw isPolyvolError(error) && isBusy(error) ? extendError(error, { mayAlreadyExist: true }) : error;
}

function isBusyShown(error: PolyvolError): boolean {
  return error.code === "conflict" && error.retryable && error.mayAlreadyExist;
}
