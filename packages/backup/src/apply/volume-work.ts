import { isPolyvolError } from "@polyvol/core";
import { stepsOf } from "../plan/room.ts";
import type { PlannedCreation } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { createSnapshot, waitForGap } from "./create.ts";
import type { VolumePlace } from "./events.ts";
import { isStopping, type Progress, placeOf, report, type VolumeWork } from "./progress.ts";
import { makeRoom, prune } from "./prune.ts";
import type { VolumeReport } from "./report.ts";

/**
 * Does what is planned for one volume, one thing after the other. A failure stays on this volume: after it, other
 * policies still get their new snapshots, and no backup is deleted.
 *
 * @throws the reason of the abort, and nothing else
 */
export async function workOnVolume(work: VolumeWork): Promise<VolumeReport> {
  const { volume, storage, context } = work;
  const { cloud, provider, volumeId, volumeName } = volume;
  const place: VolumePlace = { cloud, provider, volumeId, volumeName };
  const times = [...volume.keep, ...volume.delete].map(({ createdAt }) => Date.parse(createdAt));
  const newestAt = times.length === 0 ? undefined : Math.max(...times);
  const progress: Progress = {
    created: [],
    deleted: [],
    spared: [],
    problems: [],
    thawFailures: [],
    newestAt,
    failed: false,
    stopped: false,
  };

  for (const step of stepsOf(volume, storage.capabilities.limits) ?? []) {
    if (progress.stopped) break;
    const policyId = step.kind === "create" ? step.creation.policyId : step.policyId;
    const policy = work.policies.get(policyId);
    if (policy === undefined) continue;
    try {
      if (step.kind === "create") await makeWithRoom(work, place, policy, step.creation, progress);
      else await prune(work, place, policy, step.deletions, progress);
    } catch (error) {
      context.abortSignal?.throwIfAborted();
      const { drainSignal } = context;
      if (drainSignal?.aborted && error === drainSignal.reason) progress.stopped = true;
      else {
        progress.failed = true;
        report(progress, context, problemOf(error, effectOf(step.kind), { ...placeOf(place), policyId }));
      }
    } finally {
      // Also of a run that is aborted: its listener hears of it.
      for (const problem of progress.thawFailures.splice(0)) report(progress, context, problem);
    }
  }
  const { created, deleted, spared, problems } = progress;
  const left = volume.create.length + volume.delete.length - created.length - deleted.length - spared.length;
  const state = problems.length > 0 ? "failed" : progress.stopped && left > 0 ? "left" : "done";
  context.emit({ ...place, type: "volume", state });
  return { ...place, state, created, deleted, spared, problems, left };
}

/**
 * Makes a snapshot. Refused for lack of room, with nothing done, it is tried once more when deletions that hold without
 * it have made some.
 */
async function makeWithRoom(
  work: VolumeWork,
  place: VolumePlace,
  policy: Policy,
  creation: PlannedCreation,
  progress: Progress,
): Promise<void> {
  try {
    await makeOne(work, place, policy, creation, progress);
  } catch (error) {
    work.context.abortSignal?.throwIfAborted();
    const full = isPolyvolError(error, "resource_exhausted") && error.outcome === "not_applied";
    if (!full || !(await makeRoom(work, place, progress))) throw error;
    await makeOne(work, place, policy, creation, progress);
  }
}

async function makeOne(
  work: VolumeWork,
  place: VolumePlace,
  policy: Policy,
  creation: PlannedCreation,
  progress: Progress,
): Promise<void> {
  const { storage, context, volume } = work;
  const about = { ...placeOf(place), policyId: policy.id, snapshotName: creation.name };
  const thawProblem = (error: unknown, what: string, effect: BackupProblem["effect"]): BackupProblem => {
    const problem = problemOf(error, effect, about);
    const frozen = policy.hooks.before === undefined ? "" : "; what `before` did may still hold";
    return { ...problem, message: `${what}${frozen}: ${problem.message}` };
  };
  const setup = {
    storage,
    place,
    policy,
    creation,
    context,
    onThawFailed: (error: unknown) => {
      progress.thawFailures.push(thawProblem(error, "`after` failed too", "attention"));
    },
  };
  const begun = volume.keep.some(({ name }) => name === creation.name);
  // Waited for without holding a place that another volume could use.
  if (!begun && !isStopping(context, progress)) await waitForGap(setup, progress.newestAt);
  await work.places(policy).run(async () => {
    if (isStopping(context, progress)) return;
    const { snapshot, durationMs, afterFailed } = await createSnapshot(setup);
    const { policyId, name, slot } = creation;
    const createdAt = snapshot.createdAt;
    progress.newestAt = Math.max(progress.newestAt ?? 0, createdAt.getTime());
    progress.created.push({
      policyId,
      slot,
      name,
      snapshotId: snapshot.id,
      createdAt: createdAt.toISOString(),
      durationMs,
    });
    context.emit({ ...place, type: "created", policyId, name, snapshotId: snapshot.id, durationMs });
    if (afterFailed === undefined) return;
    progress.failed = true;
    report(progress, context, thawProblem(afterFailed, "`after` failed", "nothing_deleted"));
  });
}

function effectOf(kind: "create" | "delete"): BackupProblem["effect"] {
  return kind === "create" ? "nothing_done" : "nothing_deleted";
}
