import type { PlannedDeletion } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { type DeletionOutcome, type DeletionWork, deleteFailed, deleteSnapshot } from "./delete.ts";
import type { VolumePlace } from "./events.ts";
import { isStopping, type Progress, placeOf, report, type VolumeWork } from "./progress.ts";

/** The planned deletions of one policy on one volume. What has failed goes whatever else went wrong. */
export async function prune(
  work: VolumeWork,
  place: VolumePlace,
  policy: Policy,
  deletions: readonly PlannedDeletion[],
  progress: Progress,
): Promise<void> {
  const setup = deletionWork(work, place, policy);
  await work.places(policy).run(async () => {
    for (const deletion of deletions) {
      if (isStopping(work.context, progress)) return;
      if (progress.deleted.some(({ snapshotId }) => snapshotId === deletion.snapshotId)) continue;
      if (deletion.failed === true) await clear(setup, deletion, progress);
      else if (progress.failed) return;
      else await goOrStay(setup, deletion, progress);
    }
  });
}

/**
 * Deletes what no rule keeps as things are now, of all that is planned for the volume: for a snapshot for which there
 * was no room. What is still kept without that one stays for later. Whether anything went.
 */
export async function makeRoom(work: VolumeWork, place: VolumePlace, progress: Progress): Promise<boolean> {
  let went = false;
  for (const deletion of work.volume.delete) {
    const { policyId, snapshotId, failed } = deletion;
    const policy = work.policies.get(policyId);
    if (policy === undefined || failed === true || progress.failed) continue;
    if (progress.deleted.some((each) => each.snapshotId === snapshotId)) continue;
    if (isStopping(work.context, progress)) break;
    await work.places(policy).run(async () => {
      const setup = { ...deletionWork(work, place, policy), shareGoes: true };
      const { outcome } = await deleteSnapshot(setup, deletion, countOf(progress, policyId));
      if (outcome === "deleted") note(setup, deletion, progress);
      went ||= outcome === "deleted";
    });
  }
  return went;
}

function deletionWork(
  { storage, now, context, volume, liftBrake }: VolumeWork,
  place: VolumePlace,
  policy: Policy,
): DeletionWork {
  // Where the plan has met the brake, its share goes; a brake that only the world of now meets holds everything.
  const planned = volume.policies.find(({ policyId }) => policyId === policy.id);
  const shareGoes = planned?.braked !== undefined;
  return { storage, place, policy, now, context, shareGoes, liftBrake };
}

/** Removes what has failed. That it cannot be removed stops nothing else: it is said. */
async function clear(setup: DeletionWork, deletion: PlannedDeletion, progress: Progress): Promise<void> {
  const { context, place } = setup;
  const { policyId, name } = deletion;
  try {
    const result = await deleteFailed(setup, deletion);
    if (result.outcome === "deleted") note(setup, deletion, progress);
    else spare(setup, deletion, result, progress);
  } catch (error) {
    context.abortSignal?.throwIfAborted();
    const where = { ...placeOf(place), policyId, snapshotName: name };
    report(progress, context, problemOf(error, "attention", where));
  }
}

async function goOrStay(setup: DeletionWork, deletion: PlannedDeletion, progress: Progress): Promise<void> {
  const { policyId, name } = deletion;
  const result = await deleteSnapshot(setup, deletion, countOf(progress, policyId));
  if (result.outcome === "deleted") {
    note(setup, deletion, progress);
    return;
  }
  spare(setup, deletion, result, progress);
  if (result.problem === undefined) return;
  const { code } = result.problem;
  const message = `snapshot ${name}: ${result.problem.message}`;
  const effect: BackupProblem["effect"] = "nothing_deleted";
  const where = { ...placeOf(setup.place), policyId, snapshotName: name };
  progress.failed = true;
  report(progress, setup.context, { code, message, effect, ...where });
}

function note({ context, place }: DeletionWork, deletion: PlannedDeletion, progress: Progress): void {
  const { policyId, name, snapshotId, failed } = deletion;
  const about = { policyId, name, snapshotId, ...(failed === true ? { failed } : {}) };
  progress.deleted.push(about);
  context.emit({ ...place, ...about, type: "deleted" });
}

function spare(
  { context, place }: DeletionWork,
  { policyId, name, snapshotId }: PlannedDeletion,
  { reasons }: Extract<DeletionOutcome, { readonly outcome: "spared" }>,
  progress: Progress,
): void {
  progress.spared.push({ policyId, name, snapshotId, reasons });
  context.emit({ ...place, policyId, name, snapshotId, type: "spared", reasons });
}

/** How many backups of the policy this run has deleted on the volume. */
function countOf({ deleted }: Progress, policyId: string): number {
  return deleted.filter((each) => each.policyId === policyId && each.failed !== true).length;
}
