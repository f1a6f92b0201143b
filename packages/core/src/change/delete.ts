import { comparableId } from "../answered.ts";
import type { Call } from "../call/call.ts";
import type { Runtime } from "../call/runtime.ts";
import { conflict } from "../create/found.ts";
import { extendError, isPolyvolError, PolyvolError, type ResourceRef, refused } from "../errors.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { Resources, SnapshotResources, VolumeResources } from "../operations/resources.ts";
import type { WaitOptions } from "../options.ts";
import type { Resource } from "../resource.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Volume } from "../volume.ts";
import { type Motion, waitForEffect } from "../wait/effect.ts";
import { DONE, describeState, gone, idle, isBlocked, refuseBlocked, type Verdict } from "../wait/goals.ts";
import { readBeforeChange } from "../wait/looks.ts";
import { inCompany } from "../wait/shared-looks.ts";
import { waitFor } from "../wait/wait.ts";
import { refuseInUse, sendDeletion } from "./send-deletion.ts";

type OnProgress = WaitOptions["onProgress"];

/** Deletes a snapshot for good; missing is success. `seen`: as it was listed just now, which saves a read. */
export async function deleteSnapshot(
  resources: SnapshotResources,
  call: Call,
  id: string,
  onProgress?: OnProgress,
  seen?: Snapshot,
): Promise<void> {
  const { driver } = call.runtime;
  const isKnown = driver.deletion === "immediate" || (seen !== undefined && idle(seen).state === "done");
  const { found, wasListed } = isKnown
    ? { found: seen, wasListed: seen !== undefined }
    : await readBefore(resources, call, id, onProgress);
  await sendAndWait(resources, call, { id, before: found, wasListed, onProgress });
}

export interface VolumeDeletion {
  readonly id: string;
  /** Its snapshots go, too. Otherwise they stay, or the call is refused where they cannot. */
  readonly withSnapshots: boolean;
  readonly onProgress?: OnProgress;
}

/**
 * Deletes a volume for good; missing is success. Whether the volume can go is known before the first of its snapshots
 * goes: where they outlive it, it goes first; where they cannot, it is read before each of them.
 */
export async function deleteVolume(
  volumes: VolumeResources,
  snapshots: SnapshotResources,
  call: Call,
  deletion: VolumeDeletion,
): Promise<void> {
  const { driver, capabilities, locks } = call.runtime;
  const { id, withSnapshots, onProgress } = deletion;
  const outlives = capabilities.supports.includes("snapshots.outliveVolume");
  await locks.exclusively(`volume ${comparableId(id)}`, call.abortSignal, async () => {
    if (!outlives) return await deleteAfterSnapshots(volumes, snapshots, call, deletion);
    // Listed before the volume goes: what is made of it meanwhile is not what was asked for.
    const listed = withSnapshots ? await snapshots.listAll(call, { volumeId: id }) : [];
    const { found, wasListed } =
      driver.deletion === "immediate" ? NOT_READ : await readBefore(volumes, call, id, onProgress);
    refuseInUse(found);
    await sendAndWait(volumes, call, { id, before: found, wasListed, onProgress });
    await deleteListed(snapshots, call, volumeRef(id, found), listed, "the volume is gone, and its");
  });
}

async function deleteAfterSnapshots(
  volumes: VolumeResources,
  snapshots: SnapshotResources,
  call: Call,
  deletion: VolumeDeletion,
): Promise<void> {
  const { id, withSnapshots, onProgress } = deletion;
  const { found, wasListed } = await readBefore(volumes, call, id, onProgress);
  refuseInUse(found);
  if (found !== undefined && found.state !== "deleting") {
    const list = (): Promise<readonly Snapshot[]> => snapshots.listAll(call, { volumeId: id });
    const all = await readBeforeChange(call, { kind: "volume", id }, list);
    const listed = all.filter((each) => each.state !== "deleting");
    if (listed.length > 0 && !withSnapshots) throw cannotOutlive(listed);
    // Where one of them cannot go, the others would go for nothing.
    if (listed.length > 0) for (const each of [found, ...listed]) refuseUndeletable(call, each);
    // Somebody may attach it meanwhile: then no further snapshot goes, nor where that cannot be seen.
    const stillFree = async (): Promise<void> => {
      const watched = { kind: "volume", id } as const;
      const now = await readBeforeChange(call, watched, () => volumes.tryGet(call, id));
      if (now !== undefined) return refuseInUse(now);
      const left = await readBeforeChange(call, watched, list);
      if (left.every((each) => each.state === "deleting")) return;
      throw conflict("a read does not find it any more, and so not whether it is in use", true);
    };
    await deleteListed(snapshots, call, volumeRef(id, found), listed, "its", stillFree);
  }
  await sendAndWait(volumes, call, { id, before: found, wasListed, onProgress });
}

/**
 * Deletes the snapshots that were listed, the oldest first: what a failure leaves are the newest. What fails is told of
 * the volume, and names both.
 */
async function deleteListed(
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
      await deleteSnapshot(snapshots, call, each.id, undefined, check === undefined ? undefined : each);
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

function volumeRef(id: string, found: Volume | undefined): ResourceRef {
  return omitUndefined({ kind: "volume", id, name: found?.name });
}

function cannotOutlive(listed: readonly Snapshot[]): PolyvolError {
  const count = `${listed.length} snapshot${listed.length === 1 ? "" : "s"}`;
  const them = listed.length === 1 ? "that" : "them";
  const failed = listed.filter(({ state }) => state === "error").length;
  const ofThem = failed === 0 ? "" : ` (${failed} of them failed)`;
  return new PolyvolError(
    "failed_precondition",
    `it has ${count}${ofThem}, which cannot outlive it on this provider; delete ${them} first, or together with the volume`,
  );
}

function refuseUndeletable({ runtime }: Call, each: Volume | Snapshot): void {
  const why = runtime.driver.whyUndeletable?.(each);
  if (why === undefined) return;
  const whose = "volumeId" in each ? `its snapshot ${JSON.stringify(each.name)} (${each.id}): ` : "";
  throw refused("failed_precondition", `${whose}${why}; nothing is deleted`);
}

/**
 * A resource before its deletion. `undefined`: it was not read, or the read found nothing. That alone is no word for it: what
 * was made just now may not show yet, so the request is sent all the same, and its answer says so.
 */
interface Before<T> {
  readonly found: T | undefined;
  /** A listing has shown it. */
  readonly wasListed: boolean;
}

const NOT_READ = { found: undefined, wasListed: false } as const;

/** The resource as it is once nothing is under way on it. */
async function readBefore<T extends Resource>(
  resources: Resources<T>,
  call: Call,
  id: string,
  onProgress: OnProgress,
): Promise<Before<T>> {
  const { runtime } = call;
  const { kind, looks } = resources;
  const goal = (resource: T): Verdict =>
    resource.state === "deleting" || isBlocked(runtime, resource) ? DONE : idle(resource);
  // Whether a volume is in use is read from itself, not from a listing that may lag behind an attach.
  const listed = kind === "snapshot" ? await inCompany(looks, call, () => looks.find(call, id)) : undefined;
  const wasListed = listed !== undefined;
  const read = (): Promise<T | undefined> => resources.tryGet(call, id);
  let found = listed ?? (await readBeforeChange(call, { kind, id, onProgress }, read));
  if (found === undefined) return { found, wasListed };
  call.about({ kind, id, name: found.name });
  if (goal(found).state === "pending")
    found = await waitFor(call, { kind, id, goal, looks, onProgress, isBefore: true, stays: "seen" });
  if (found === undefined) return { found, wasListed };
  refuseBlocked(runtime, found);
  return { found, wasListed };
}

interface Deletion<T> {
  readonly id: string;
  readonly before: T | undefined;
  readonly wasListed: boolean;
  readonly onProgress: OnProgress;
}

async function sendAndWait<T extends Resource>(
  resources: Resources<T>,
  call: Call,
  deletion: Deletion<T>,
): Promise<void> {
  const { id, before, wasListed } = deletion;
  const changed = before?.state === "deleting" ? {} : await sendDeletion(resources, call, deletion);
  call.runtime.newcomers.gone(id);
  if (changed === "gone" || changed.settled === true) return;
  await waitForEffect<T>(call, {
    kind: resources.kind,
    id,
    onProgress: deletion.onProgress,
    resources,
    changed,
    goal: gone<T>(before === undefined ? undefined : describeState(before)),
    motionOf: (seen) => motionOf(call.runtime, seen),
    wasUnderWay: before?.state === "deleting",
    wasListed,
    givenUp: (seen, after) => {
      const isGivenUp = after !== "nothing";
      const what = isGivenUp ? "gave the deletion up" : "accepted the deletion, and nothing has come of it";
      return `the provider ${what}: it is ${describeState(seen)}; does something still depend on it?`;
    },
  });
}

/** Whatever else is under way on it: it is not the deletion. A word that nobody knows may be one for it. */
function motionOf(runtime: Runtime, seen: Resource): Motion {
  if (seen.state === "deleting") return "under_way";
  return seen.state === "unknown" && !isBlocked(runtime, seen) ? "unclear" : "at_rest";
}
