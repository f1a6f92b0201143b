import { type BlockStorage, type CallOptions, isPolyvolError } from "@polyvol/core";
import { bulkCallOptions } from "../bulk-call-options.ts";
import { describeHidden, findHiddenMarks, MAY_BE_KEPT, mayBeKept } from "../observe/hidden-marks.ts";
import type { HiddenMarks, ObservedSnapshot } from "../observe/inventory.ts";
import { observeSnapshot } from "../observe/observe.ts";
import { applyRetention, type Brake, type KeptSnapshotDecision } from "../plan/retention-decision.ts";
import { findSurplus } from "../plan/surplus.ts";
import type { PlannedDeletion } from "../plan/types.ts";
import { isFailed, ownedBy } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { VolumeWork } from "./progress.ts";

/** What became of one planned deletion. `problem`: the world has changed so much that a person should look. */
export type DeletionOutcome =
  | { readonly outcome: "deleted" }
  | {
      readonly outcome: "spared";
      readonly reasons: readonly string[];
      readonly problem?: Pick<BackupProblem, "code" | "message">;
    };

/**
 * Deletes one snapshot, if it is still to go by what holds at this moment: the volume's snapshots are listed again and
 * judged again, so a hold, a tag, another name or a lost newer snapshot is seen, and so are the brakes. Gone already is
 * success.
 *
 * @param shareGoes whether the brake on the share lets its share go
 */
export async function deleteSnapshot(
  { storage, place, now, context, liftBrake, progress }: VolumeWork,
  policy: Policy,
  { snapshotId }: PlannedDeletion,
  shareGoes: boolean,
): Promise<DeletionOutcome> {
  const { abortSignal } = context;
  const read = bulkCallOptions(storage, "read", abortSignal);
  const listed = await storage.snapshots.list({ volumeId: place.volumeId }, read).toArray();
  const all = listed.map(observeSnapshot);
  if (!all.some(({ snapshot }) => snapshot.id === snapshotId)) {
    // A listing that does not show it is not yet its absence.
    if (await isGone(storage, snapshotId, read)) return { outcome: "deleted" };
    return { outcome: "spared", reasons: ["it is there, and not listed among its volume's"] };
  }
  const own = ownedBy(policy, all).filter((each) => !isFailed(each));
  const isTarget = ({ snapshot }: ObservedSnapshot): boolean => snapshot.id === snapshotId;
  if (!own.some(isTarget))
    return { outcome: "spared", reasons: [`policy ${policy.id} does not own it any more`] };

  const surplus = new Set(
    findSurplus(own).flatMap((group) => group.surplus.map(({ snapshot }) => snapshot.id)),
  );
  const hidden = await stillHidden(storage, all, read);
  const deletedBefore = progress.deleted.filter(
    (each) => each.policyId === policy.id && each.failed !== true,
  ).length;
  const options = { now, agedAt: context.clock.now(), deletedBefore, surplus, hidden, shareGoes, liftBrake };
  const { keep, remove, brake } = applyRetention(policy, own, options);
  if (!remove.some(isTarget)) {
    const kept = keep.find((each) => isTarget(each.seen));
    const reasons = kept?.reasons ?? ["the rules keep it"];
    return { outcome: "spared", reasons, ...problemOfSpared(kept, hidden, brake, storage) };
  }
  await storage.snapshots.delete(snapshotId, bulkCallOptions(storage, "change", abortSignal));
  return { outcome: "deleted" };
}

async function isGone(storage: BlockStorage, snapshotId: string, read: CallOptions): Promise<boolean> {
  try {
    return (await storage.snapshots.get(snapshotId, read)).state === "deleting";
  } catch (error) {
    if (isPolyvolError(error, "not_found")) return true;
    throw error;
  }
}

/**
 * Deletes a snapshot of ours that has failed, if it still has: it is read right before, and stays when it has come to
 * something after all, is held, or is not ours any more. Gone already is success.
 */
export async function deleteFailed(
  { storage, context: { abortSignal } }: VolumeWork,
  policy: Policy,
  { snapshotId }: PlannedDeletion,
): Promise<DeletionOutcome> {
  try {
    const found = observeSnapshot(
      await storage.snapshots.get(snapshotId, bulkCallOptions(storage, "read", abortSignal)),
    );
    if (ownedBy(policy, [found]).length === 0)
      return { outcome: "spared", reasons: [`policy ${policy.id} does not own it any more`] };
    if (mayBeKept(found, undefined)) return { outcome: "spared", reasons: [MAY_BE_KEPT] };
    if (!isFailed(found)) {
      const why = found.held ? "hold" : `it has not failed: it is ${found.snapshot.state}`;
      return { outcome: "spared", reasons: [why] };
    }
    await storage.snapshots.delete(snapshotId, bulkCallOptions(storage, "change", abortSignal));
  } catch (error) {
    if (!isPolyvolError(error, "not_found")) throw error;
  }
  return { outcome: "deleted" };
}

/** What is hidden now. One volume alone may be without marks, since somebody took them off: then the account decides. */
async function stillHidden(
  storage: BlockStorage,
  ofVolume: readonly ObservedSnapshot[],
  read: CallOptions,
): Promise<HiddenMarks | undefined> {
  if ((await findHiddenMarks(storage, ofVolume, read)) === undefined) return undefined;
  const all = (await storage.snapshots.list({}, read).toArray()).map(observeSnapshot);
  return await findHiddenMarks(storage, all, read);
}

function problemOfSpared(
  kept: KeptSnapshotDecision | undefined,
  hidden: HiddenMarks | undefined,
  brake: Brake | undefined,
  { capabilities }: BlockStorage,
): Pick<Extract<DeletionOutcome, { readonly outcome: "spared" }>, "problem"> {
  if (hidden !== undefined && kept?.isUnseen === true)
    return { problem: { code: "permission_denied", message: describeHidden(hidden, capabilities) } };
  if (brake === undefined) return {};
  return { problem: { code: "failed_precondition", message: `not deleted: ${brake.why}` } };
}
