import { omitUndefined } from "@polyvol/core/driver";
import type { PlannedDeletion } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import { problemOf } from "../problem.ts";
import { type DeletionOutcome, deleteFailed, deleteSnapshot } from "./delete.ts";
import { isDrain, isStopping, report, snapshotPlace, type VolumeWork } from "./progress.ts";

/** The planned deletions of one policy on one volume. What has failed goes whatever else went wrong. */
export async function prune(
  work: VolumeWork,
  policy: Policy,
  deletions: readonly PlannedDeletion[],
): Promise<void> {
  const { progress, cloud } = work;
  await cloud.underWay(async () => {
    for (const deletion of deletions) {
      if (isStopping(work)) return;
      if (isSettled(work, deletion)) continue;
      if (deletion.failed === true)
        await orReport(work, deletion, async () =>
          recordOutcome(work, deletion, await deleteFailed(work, policy, deletion)),
        );
      else if (progress.failed) return;
      else if (deletion.again === true)
        await orReport(work, deletion, () => pruneBackup(work, policy, deletion));
      else await pruneBackup(work, policy, deletion);
    }
  });
}

/** Whether it has gone already, or has been told as what cannot go. */
function isSettled({ progress }: VolumeWork, { snapshotId, name }: PlannedDeletion): boolean {
  return (
    progress.deleted.some((each) => each.snapshotId === snapshotId) ||
    progress.problems.some(({ snapshotName }) => snapshotName === name)
  );
}

/**
 * Deletes what no rule keeps as things are now, of all that is planned for the volume: for a snapshot for which there
 * was no room. What is still kept without that one stays for later. Of what the brake holds back one goes, where nothing
 * else has: that there is room then is not sure. Whether anything went.
 */
export async function makeRoom(work: VolumeWork): Promise<boolean> {
  const { progress, cloud, volume } = work;
  const isBraked = ({ policyId }: PlannedDeletion): boolean => letsShareGo(work, policyId);
  let went = false;
  for (const deletion of volume.delete.toSorted((a, b) => Number(isBraked(a)) - Number(isBraked(b)))) {
    const { policyId, failed } = deletion;
    const policy = work.policies.get(policyId);
    if (policy === undefined || failed === true || progress.failed || isSettled(work, deletion)) continue;
    if (isStopping(work) || (went && isBraked(deletion))) break;
    const remove = async (): Promise<void> => {
      // Spans reach back from what is there: an account may stay full for days, and each new slot would cost one more.
      const result = await deleteSnapshot(work, policy, deletion, { shareGoes: true });
      if (result.outcome === "deleted") recordDeletion(work, deletion);
      if (result.outcome === "refused") reportApart(work, deletion, result.error);
      went ||= result.outcome === "deleted";
    };
    // That there was no room is then still why nothing was made.
    await cloud.underWay(() => orReport(work, deletion, remove));
  }
  return went;
}

/** Where the plan has met the brake, its share goes; a brake that only the state of now meets holds everything. */
function letsShareGo({ volume }: VolumeWork, id: string): boolean {
  return volume.policies.find(({ policyId }) => policyId === id)?.braked !== undefined;
}

/** The slot of the snapshot that the policy's run is to make. */
function slotToCome({ volume }: VolumeWork, id: string): Date | undefined {
  const creation = volume.create.find(({ policyId }) => policyId === id);
  return creation && new Date(creation.slot);
}

/** What went wrong with one snapshot, and says nothing of others: it is said, once, and stops nothing else. */
function reportApart(work: VolumeWork, deletion: PlannedDeletion, error: unknown): void {
  work.cloud.fresh.distrust();
  report(work, problemOf(error, "attention", snapshotPlace(work, deletion)));
}

/** What is in error, and cannot be removed, stops nothing else. */
async function orReport(
  work: VolumeWork,
  deletion: PlannedDeletion,
  remove: () => Promise<void>,
): Promise<void> {
  try {
    await remove();
  } catch (error) {
    work.context.abortSignal?.throwIfAborted();
    if (isDrain(work, error)) throw error;
    if (deletion.failed === true || deletion.again === true) {
      reportApart(work, deletion, error);
      return;
    }
    work.progress.failed = true;
    work.cloud.fresh.distrust();
    report(work, problemOf(error, "nothing_deleted", snapshotPlace(work, deletion)));
  }
}

/** Removes what no rule keeps, unless something keeps it by now. */
async function pruneBackup(work: VolumeWork, policy: Policy, deletion: PlannedDeletion): Promise<void> {
  // What makes room was judged without the new snapshot, of which it is a larger share.
  const { policyId, first = false } = deletion;
  const shareGoes = first || letsShareGo(work, policyId);
  const spansFrom = first ? slotToCome(work, policyId) : undefined;
  const result = await deleteSnapshot(work, policy, deletion, { shareGoes, spansFrom });
  recordOutcome(work, deletion, result);
  if (result.outcome !== "spared" || result.problem === undefined) return;
  const { code, message } = result.problem;
  work.progress.failed = true;
  report(work, {
    code,
    message: `snapshot ${deletion.name}: ${message}`,
    effect: "nothing_deleted",
    ...snapshotPlace(work, deletion),
  });
}

function recordOutcome(work: VolumeWork, deletion: PlannedDeletion, result: DeletionOutcome): void {
  const { context, place, progress, cloud } = work;
  if (result.outcome === "deleted") {
    recordDeletion(work, deletion);
    cloud.order.deleted();
    return;
  }
  if (result.outcome === "refused") {
    reportApart(work, deletion, result.error);
    return;
  }
  const { policyId, name, snapshotId } = deletion;
  const about = { policyId, name, snapshotId, reasons: result.reasons };
  // The world is not as it was planned: the others are judged on a new look.
  cloud.fresh.distrust();
  progress.spared.push(about);
  context.emit({ ...place, ...about, type: "spared" });
}

function recordDeletion({ context, place, progress }: VolumeWork, deletion: PlannedDeletion): void {
  const { policyId, name, snapshotId, failed } = deletion;
  const about = omitUndefined({ policyId, name, snapshotId, failed });
  progress.deleted.push(about);
  context.emit({ ...place, ...about, type: "deleted" });
}
