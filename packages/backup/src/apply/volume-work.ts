import type { BlockStorage } from "@polyvol/core";
import { stepsOf } from "../plan/room.ts";
import type { PlannedCreation, PlannedDeletion, VolumePlan } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { createSnapshot, waitForGap } from "./create.ts";
import { deleteSnapshot } from "./delete.ts";
import type { VolumePlace } from "./events.ts";
import type { RunContext } from "./options.ts";
import type { CreatedSnapshot, DeletedSnapshot, SparedSnapshot, VolumeReport } from "./report.ts";
import type { Semaphore } from "./semaphore.ts";

/** Everything that the work on one volume needs. */
export interface VolumeWork {
  readonly volume: VolumePlan;
  readonly storage: BlockStorage;
  readonly policies: ReadonlyMap<string, Policy>;
  /** The instant of the plan. */
  readonly now: Date;
  readonly context: RunContext;
  /** The places of a policy on this cloud. */
  readonly places: (policy: Policy) => Semaphore;
}

/** What the work on one volume has come to. */
interface Progress {
  readonly created: CreatedSnapshot[];
  readonly deleted: DeletedSnapshot[];
  readonly spared: SparedSnapshot[];
  readonly problems: BackupProblem[];
  /** Not reported yet: they come behind what they are about. */
  readonly thawFailures: BackupProblem[];
  newestAt: number | undefined;
  stopped: boolean;
}

/**
 * Does what is planned for one volume, one thing after the other. A failure stays on this volume: after it, other
 * policies still get their new snapshots, and nothing is deleted.
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
    stopped: false,
  };

  for (const step of stepsOf(volume, storage.capabilities.limits) ?? []) {
    if (progress.stopped) break;
    const policyId = step.kind === "create" ? step.creation.policyId : step.policyId;
    const policy = work.policies.get(policyId);
    if (policy === undefined) continue;
    try {
      if (step.kind === "create") await makeOne(work, place, policy, step.creation, progress);
      else await work.places(policy).run(() => prune(work, place, policy, step.deletions, progress));
    } catch (error) {
      context.abortSignal?.throwIfAborted();
      const { drainSignal } = context;
      if (drainSignal?.aborted && error === drainSignal.reason) progress.stopped = true;
      else report(progress, context, problemOf(error, effectOf(step.kind), { ...placeOf(place), policyId }));
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
    report(progress, context, thawProblem(afterFailed, "`after` failed", "nothing_deleted"));
  });
}

async function prune(
  work: VolumeWork,
  place: VolumePlace,
  policy: Policy,
  deletions: readonly PlannedDeletion[],
  progress: Progress,
): Promise<void> {
  const { storage, now, context } = work;
  let count = 0;
  for (const deletion of deletions) {
    if (progress.problems.length > 0 || isStopping(context, progress)) return;
    const { policyId, name, snapshotId } = deletion;
    const result = await deleteSnapshot({ storage, place, policy, now, context }, deletion, count);
    const about = { policyId, name, snapshotId };
    if (result.outcome === "deleted") {
      count += 1;
      progress.deleted.push(about);
      context.emit({ ...place, ...about, type: "deleted" });
      continue;
    }
    progress.spared.push({ ...about, reasons: result.reasons });
    context.emit({ ...place, ...about, type: "spared", reasons: result.reasons });
    if (result.braked === undefined) continue;
    const message = `snapshot ${name}: not deleted: ${result.braked}`;
    const where = { ...placeOf(place), policyId, snapshotName: name };
    report(progress, context, { code: "failed_precondition", message, effect: "nothing_deleted", ...where });
  }
}

function report(progress: Progress, context: RunContext, problem: BackupProblem): void {
  progress.problems.push(problem);
  context.emit({ type: "problem", problem });
}

function isStopping(context: RunContext, progress: Progress): boolean {
  if (context.drainSignal?.aborted) progress.stopped = true;
  return progress.stopped;
}

function effectOf(kind: "create" | "delete"): BackupProblem["effect"] {
  return kind === "create" ? "nothing_done" : "nothing_deleted";
}

function placeOf({
  cloud,
  volumeId,
  volumeName,
}: VolumePlace): Pick<BackupProblem, "cloud" | "volumeId" | "volumeName"> {
  return { cloud, volumeId, volumeName };
}
