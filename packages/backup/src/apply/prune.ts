import type { PlannedDeletion } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { type DeletionOutcome, deleteFailed, deleteSnapshot } from "./delete.ts";
import { isStopping, placeOf, report, type VolumeWork } from "./progress.ts";

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
      if (progress.deleted.some(({ snapshotId }) => snapshotId === deletion.snapshotId)) continue;
      if (deletion.failed === true) await pruneFailed(work, policy, deletion);
      else if (progress.failed) return;
      else await pruneBackup(work, policy, deletion);
    }
  });
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
    const { policyId, snapshotId, failed } = deletion;
    const policy = work.policies.get(policyId);
    if (policy === undefined || failed === true || progress.failed) continue;
    if (progress.deleted.some((each) => each.snapshotId === snapshotId)) continue;
    if (isStopping(work) || (went && isBraked(deletion))) break;
    await cloud.underWay(async () => {
      const { outcome } = await deleteSnapshot(work, policy, deletion, true);
      if (outcome === "deleted") recordDeletion(work, deletion);
      went ||= outcome === "deleted";
    });
  }
  return went;
}

/** Where the plan has met the brake, its share goes; a brake that only the state of now meets holds everything. */
function letsShareGo({ volume }: VolumeWork, id: string): boolean {
  return volume.policies.find(({ policyId }) => policyId === id)?.braked !== undefined;
}

/** Removes what has failed. That it cannot be removed stops nothing else: it is said. */
async function pruneFailed(work: VolumeWork, policy: Policy, deletion: PlannedDeletion): Promise<void> {
  const { context, place } = work;
  const { policyId, name } = deletion;
  try {
    const result = await deleteFailed(work, policy, deletion);
    if (result.outcome === "deleted") {
      recordDeletion(work, deletion);
      work.cloud.order.deleted();
    } else recordSpared(work, deletion, result);
  } catch (error) {
    context.abortSignal?.throwIfAborted();
    const where = { ...placeOf(place), policyId, snapshotName: name };
    report(work, problemOf(error, "attention", where));
  }
}

/** Removes what no rule keeps, unless something keeps it by now. */
async function pruneBackup(work: VolumeWork, policy: Policy, deletion: PlannedDeletion): Promise<void> {
  const { policyId, name } = deletion;
  const result = await deleteSnapshot(work, policy, deletion, letsShareGo(work, policyId));
  if (result.outcome === "deleted") {
    recordDeletion(work, deletion);
    work.cloud.order.deleted();
    return;
  }
  recordSpared(work, deletion, result);
  if (result.problem === undefined) return;
  const { code } = result.problem;
  const message = `snapshot ${name}: ${result.problem.message}`;
  const effect: BackupProblem["effect"] = "nothing_deleted";
  const where = { ...placeOf(work.place), policyId, snapshotName: name };
  work.progress.failed = true;
  report(work, { code, message, effect, ...where });
}

function recordDeletion({ context, place, progress }: VolumeWork, deletion: PlannedDeletion): void {
  const { policyId, name, snapshotId, failed } = deletion;
  const about = { policyId, name, snapshotId, ...(failed === true ? { failed } : {}) };
  progress.deleted.push(about);
  context.emit({ ...place, ...about, type: "deleted" });
}

function recordSpared(
  { context, place, progress, cloud }: VolumeWork,
  { policyId, name, snapshotId }: PlannedDeletion,
  { reasons }: Extract<DeletionOutcome, { readonly outcome: "spared" }>,
): void {
  // The world is not as it was planned: the others are judged on a new look.
  cloud.fresh.distrust();
  progress.spared.push({ policyId, name, snapshotId, reasons });
  context.emit({ ...place, policyId, name, snapshotId, type: "spared", reasons });
}
