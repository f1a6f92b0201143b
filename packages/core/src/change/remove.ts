import type { Call } from "../call.ts";
import type { CallContext, Changed } from "../driver.ts";
import { isPolyvolError, PolyvolError } from "../errors.ts";
import type { WaitOptions } from "../options.ts";
import type { Resources } from "../resources.ts";
import type { Snapshot } from "../snapshot.ts";
import type { SnapshotResources } from "../snapshot-resources.ts";
import type { Volume } from "../volume.ts";
import type { VolumeResources } from "../volume-resources.ts";
import { gone, seenState, settled } from "../waiting/goal.ts";
import { waitFor } from "../waiting/wait.ts";

type OnProgress = WaitOptions["onProgress"];

/** Deletes a snapshot for good; missing is success. */
export async function removeSnapshot(
  resources: SnapshotResources,
  call: Call,
  id: string,
  onProgress?: OnProgress,
): Promise<void> {
  const { driver } = call.runtime;
  const found =
    driver.deletion === "immediate" ? undefined : await readBefore(resources, call, id, onProgress);
  if (found === "gone") return;
  const send = (context: CallContext): Promise<Changed> => driver.deleteSnapshot(id, context);
  await sendAndWait(resources, call, { id, before: found, send, onProgress });
}

/**
 * Deletes a volume for good; missing is success. Its snapshots stay, or the call is refused, unless they are to be
 * deleted first.
 */
export async function removeVolume(
  volumes: VolumeResources,
  snapshots: SnapshotResources,
  call: Call,
  setup: { readonly id: string; readonly withSnapshots: boolean; readonly onProgress?: OnProgress },
): Promise<void> {
  const { driver, capabilities, locks } = call.runtime;
  const { id, withSnapshots, onProgress } = setup;
  const outlives = capabilities.supports.includes("snapshots.outliveVolume");
  await locks.exclusively(`volume ${id}`, call.abortSignal, async () => {
    const straight = driver.deletion === "immediate" && outlives && !withSnapshots;
    const found = straight ? undefined : await readBefore(volumes, call, id, onProgress);
    if (found === "gone") return;
    if (found !== undefined) {
      refuseAttached(found);
      if (found.state !== "deleting") await dealWithSnapshots(snapshots, call, id, withSnapshots, outlives);
    }
    try {
      const send = (context: CallContext): Promise<Changed> => driver.deleteVolume(id, context);
      await sendAndWait(volumes, call, { id, before: found, send, onProgress });
    } catch (error) {
      // Whether it is attached is read from its state, never from the words of a refusal.
      if (isPolyvolError(error) && error.outcome === "not_applied" && !call.abortSignal.aborted) {
        const now = await volumes.tryGet(call, id);
        if (now === undefined) return;
        refuseAttached(now);
      }
      throw error;
    }
  });
}

function refuseAttached(volume: Volume): void {
  if (volume.attachments.length === 0) return;
  const servers = volume.attachments.map((each) => each.serverId).join(", ");
  throw new PolyvolError("failed_precondition", `it is attached to ${servers}; detach it first`);
}

async function dealWithSnapshots(
  snapshots: SnapshotResources,
  call: Call,
  volumeId: string,
  withSnapshots: boolean,
  outlives: boolean,
): Promise<void> {
  if (outlives && !withSnapshots) return;
  const found = (await snapshots.listAll(call, { volumeId })).filter((each) => each.state !== "deleting");
  if (withSnapshots) {
    for (const each of found) await removeSnapshot(snapshots, call, each.id);
    return;
  }
  if (found.length === 0) return;
  throw new PolyvolError(
    "failed_precondition",
    `it has ${found.length} snapshot${found.length === 1 ? "" : "s"}, which cannot outlive it on this provider; ` +
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
  const atRest = (resource: T): ReturnType<typeof settled> =>
    resource.state === "deleting" ? { state: "done" } : settled(resource);
  const found = await resources.tryGet(call, id);
  if (found === undefined) return "gone";
  call.about({ kind: resources.kind, id, name: found.name });
  if (atRest(found).state !== "pending") return found;
  return (
    (await waitFor(call, { kind: resources.kind, id, goal: atRest, polls: resources.polls, onProgress })) ??
    "gone"
  );
}

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
  let changed: Changed = {};
  if (before?.state !== "deleting") {
    try {
      changed = await call.send("repeatable", removal.send);
    } catch (error) {
      if (isPolyvolError(error, "not_found")) return;
      // A request without an answer may have begun it, and its repetition is refused because it is under way.
      if (!isPolyvolError(error) || call.abortSignal.aborted) throw error;
      const now = await resources.tryGet(call, id).catch(() => before);
      if (now === undefined && before !== undefined) return;
      if (now?.state !== "deleting") throw error;
    }
  }
  if (changed.settled === true) return;
  await waitFor(call, {
    kind: resources.kind,
    id,
    goal: gone<T>(before === undefined ? undefined : seenState(before)),
    polls: resources.polls,
    pending: changed.pending,
    onProgress: removal.onProgress,
  });
}
