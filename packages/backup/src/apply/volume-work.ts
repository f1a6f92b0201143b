import { isPolyvolError } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import { orderSteps, type VolumeStep } from "../plan/step-order.ts";
import type { PlannedCreation } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import { problemOf } from "../problem.ts";
import { createSnapshot, hasHooks, waitForGap } from "./create.ts";
import { isDrain, isStopping, placeOf, report, type VolumeWork } from "./progress.ts";
import { makeRoom, prune } from "./prune.ts";
import type { VolumeReport } from "./report.ts";

/**
 * Does what is planned for one volume, one thing after the other. A failure stays on this volume: after it, other
 * policies still get their new snapshots, and no backup is deleted.
 *
 * @throws the reason of the abort, and nothing else
 */
export async function workOnVolume(work: VolumeWork): Promise<VolumeReport> {
  const { volume, storage, context, place, progress, cloud } = work;
  const steps = orderSteps(volume, storage.capabilities.limits) ?? [];
  const lastCreation = steps.findLastIndex(({ kind }) => kind === "create");
  try {
    for (const [index, step] of steps.entries()) {
      if (progress.stopped) break;
      const isAfterCreations = lastCreation >= 0 && index > lastCreation;
      if (isAfterCreations) {
        cloud.order.created(volume.volumeId);
        await cloud.order.allCreated();
      }
      await doStep(work, step);
    }
  } finally {
    cloud.order.created(volume.volumeId);
    cloud.order.pruned(volume.volumeId);
    cloud.fresh.done(volume.volumeId);
  }
  const { created, deleted, spared, problems } = progress;
  const left = volume.create.length + volume.delete.length - created.length - deleted.length - spared.length;
  const state = problems.length > 0 ? "failed" : progress.stopped && left > 0 ? "left" : "done";
  context.emit({ ...place, type: "volume", state });
  return { ...place, state, created, deleted, spared, problems, left };
}

/** @throws the reason of the abort, and nothing else */
async function doStep(work: VolumeWork, step: VolumeStep): Promise<void> {
  const { context, place, progress, cloud } = work;
  const policyId = step.kind === "create" ? step.creation.policyId : step.policyId;
  const policy = work.policies.get(policyId);
  if (policy === undefined) return;
  try {
    if (step.kind === "create") await createWithRoom(work, policy, step.creation);
    else await prune(work, policy, step.deletions);
  } catch (error) {
    context.abortSignal?.throwIfAborted();
    if (isDrain(work, error)) progress.stopped = true;
    else {
      progress.failed = true;
      cloud.fresh.distrust();
      const effect = step.kind === "create" ? "nothing_done" : "nothing_deleted";
      const problem = problemOf(error, effect, { ...placeOf(place), policyId });
      report(
        work,
        isForRoom(error) ? { ...problem, message: `${problem.message}; ${ROOM_NEEDED}` } : problem,
      );
    }
  } finally {
    // Also of a run that is aborted: its listener hears of it.
    for (const problem of progress.thawFailures.splice(0)) report(work, problem);
  }
}

/**
 * Makes a snapshot. Refused for lack of room, with nothing done, it is tried once more when deletions that hold without
 * it have made some, or deletions of other volumes of the cloud.
 */
async function createWithRoom(work: VolumeWork, policy: Policy, creation: PlannedCreation): Promise<void> {
  try {
    await makeSnapshot(work, policy, creation);
  } catch (error) {
    work.context.abortSignal?.throwIfAborted();
    if (!isForRoom(error) || !((await makeRoom(work)) || (await roomElsewhere(work)))) throw error;
    await makeSnapshot(work, policy, creation);
  }
}

/** Whether it is for lack of room that nothing was made. */
function isForRoom(error: unknown): boolean {
  return isPolyvolError(error, "resource_exhausted") && error.outcome === "not_applied";
}

/** What a full account needs, since the last good snapshot of a volume never makes room for the next one. */
const ROOM_NEEDED =
  "no other snapshot may go before the new one is there; room for one more than the policies keep is enough for all volumes";

/** Whether others have made room, where it was not the volume itself that was full. */
async function roomElsewhere({ volume, storage, progress, cloud }: VolumeWork): Promise<boolean> {
  const { snapshotsPerVolume } = storage.capabilities.limits;
  const there = volume.keep.length + volume.delete.length + progress.created.length - progress.deleted.length;
  if (snapshotsPerVolume !== "unknown" && there >= snapshotsPerVolume) return false;
  return !progress.stopped && (await cloud.order.room(volume.volumeId));
}

async function makeSnapshot(work: VolumeWork, policy: Policy, creation: PlannedCreation): Promise<void> {
  const { context, volume, place, progress, cloud } = work;
  const creationWork = { ...work, policy, creation };
  const begun = volume.keep.some(({ name }) => name === creation.name);
  // Waited for without holding a place that another volume could use.
  if (!begun && !isStopping(work)) await waitForGap(creationWork);
  const inPlace = (task: () => Promise<void>): Promise<void> =>
    hasHooks(policy) ? cloud.inPlace(policy, task) : cloud.underWay(task);
  await inPlace(async () => {
    if (isStopping(work)) return;
    const { snapshot, durationMs, found, afterFailed } = await createSnapshot(creationWork);
    progress.changedAt = cloud.fresh.moment();
    const { policyId, name, slot } = creation;
    const createdAt = snapshot.createdAt;
    progress.newestAt = Math.max(progress.newestAt ?? 0, createdAt.getTime());
    const about = omitUndefined({ policyId, name, snapshotId: snapshot.id, durationMs, found });
    progress.created.push({ ...about, slot, createdAt: createdAt.toISOString() });
    context.emit({ ...place, ...about, type: "created" });
    if (afterFailed === undefined) return;
    progress.failed = true;
    report(work, afterFailed);
  });
}
