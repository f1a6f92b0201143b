import {
  type BlockStorage,
  type CallOptions,
  isPolyvolError,
  type PolyvolError,
  type PolyvolErrorCode,
} from "@polyvol/core";
import { isSameId } from "@polyvol/core/driver";
import { bulkCallOptions } from "../bulk-call-options.ts";
import { describeHidden, MAY_BE_KEPT, mayBeKept } from "../observe/hidden-marks.ts";
import { type HiddenMarks, type ObservedSnapshot, observeSnapshot } from "../observe/inventory.ts";
import { isOfShare } from "../plan/plan-entries.ts";
import {
  applyRetention,
  type Brake,
  type KeptSnapshotDecision,
  type RetentionContext,
} from "../plan/retention-decision.ts";
import type { PlannedDeletion } from "../plan/stored-plan.ts";
import { findSurplus, surplusIds } from "../plan/surplus.ts";
import { isFailed, ownedBy } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import { sendingOptions } from "./cloud-work.ts";
import type { VolumeWork } from "./progress.ts";

/** What became of one planned deletion. */
export type DeletionOutcome = { readonly outcome: "deleted" } | Spared | Refused;

/** What the run does beside the deletion. */
export type HowJudged = Pick<RetentionContext, "shareGoes" | "spansFrom">;

interface Spared {
  readonly outcome: "spared";
  readonly reasons: readonly string[];
  /** The world has changed so much that a person should look. */
  readonly problem?: Pick<BackupProblem, "code" | "message">;
}

/** It stays for what it is itself: volumes hang on it, say, or it is part of a group. That says nothing of other snapshots. */
interface Refused {
  readonly outcome: "refused";
  readonly error: PolyvolError;
}

const REFUSALS: ReadonlySet<PolyvolErrorCode> = new Set([
  "failed_precondition",
  "conflict",
  "operation_failed",
]);

/**
 * Deletes one snapshot, if it is still to go by what holds at this moment. Right before each request that deletes it, the
 * volume's snapshots are judged again, by a complete listing that began after the volume's last change and no longer ago
 * than a minute: so a hold, a tag, another name or a lost newer snapshot is seen, and so are the brakes. Gone already is
 * success.
 *
 * @param how whether the brake on the share lets its share go, and what is about to be made
 */
export async function deleteSnapshot(
  work: VolumeWork,
  policy: Policy,
  { snapshotId }: PlannedDeletion,
  how: HowJudged,
): Promise<DeletionOutcome> {
  const { storage, cloud, context } = work;
  const ended = new Ended();
  let isJudged = false;
  const judge = async (): Promise<void> => {
    isJudged = false;
    ended.outcome = await judgeDeletion(work, policy, snapshotId, how);
    if (ended.outcome !== undefined) throw ended;
    isJudged = true;
  };
  try {
    const call = bulkCallOptions(storage, "change", context.abortSignal);
    await storage.snapshots.delete(snapshotId, sendingOptions({ cloud, policy, context, judge }, call));
    return { outcome: "deleted" };
  } catch (error) {
    if (error === ended && ended.outcome !== undefined) return ended.outcome;
    if (isJudged && isPolyvolError(error) && REFUSALS.has(error.code)) return { outcome: "refused", error };
    throw error;
  }
}

/** Ends a deletion before its request is sent. */
class Ended extends Error {
  outcome: DeletionOutcome | undefined;
}

/** What becomes of a deletion that is not to be sent; undefined: it is. */
async function judgeDeletion(
  { volume, storage, place, now, context, liftBrake, progress, cloud }: VolumeWork,
  policy: Policy,
  snapshotId: string,
  how: HowJudged,
): Promise<DeletionOutcome | undefined> {
  const fresh = await cloud.fresh.of(place.volumeId, progress.changedAt);
  const gone = new Set(progress.deleted.map((each) => each.snapshotId));
  const all = fresh.all.filter(({ snapshot }) => !gone.has(snapshot.id));
  const isTarget = ({ snapshot }: ObservedSnapshot): boolean => snapshot.id === snapshotId;
  if (!all.some(isTarget)) {
    // A listing that does not show it is not yet its absence.
    const read = bulkCallOptions(storage, "read", context.abortSignal);
    if (await isGone(storage, snapshotId, read)) return { outcome: "deleted" };
    return { outcome: "spared", reasons: ["it is there, and not listed among its volume's"] };
  }
  const own = ownedBy(policy, all).filter((each) => !isFailed(each));
  if (!own.some(isTarget))
    return { outcome: "spared", reasons: [`policy ${policy.id} does not own it any more`] };

  const surplus = surplusIds(findSurplus(own));
  const hidden = await fresh.hidden();
  const deletedBefore = volume.delete.filter(
    (each) => each.policyId === policy.id && isOfShare(each) && gone.has(each.snapshotId),
  ).length;
  const options = { now, agedAt: context.clock.now(), deletedBefore, surplus, hidden, liftBrake, ...how };
  const { keep, remove, brake } = applyRetention(policy, own, options);
  if (remove.some(isTarget)) return undefined;
  const kept = keep.find((each) => isTarget(each.seen));
  const reasons = kept?.reasons ?? ["the rules keep it"];
  return { outcome: "spared", reasons, ...problemOfSpared(kept, hidden, brake, storage) };
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
 * something after all, is held, or is not ours any more. Gone already is success, once it is not listed either.
 */
export async function deleteFailed(
  { storage, place, cloud, context }: VolumeWork,
  policy: Policy,
  { snapshotId }: PlannedDeletion,
): Promise<DeletionOutcome> {
  const { abortSignal } = context;
  const sending = (kind: "read" | "change"): CallOptions =>
    sendingOptions({ cloud, policy, context }, bulkCallOptions(storage, kind, abortSignal));
  try {
    const found = observeSnapshot(await storage.snapshots.get(snapshotId, sending("read")));
    if (ownedBy(policy, [found]).length === 0)
      return { outcome: "spared", reasons: [`policy ${policy.id} does not own it any more`] };
    if (mayBeKept(found, undefined)) return { outcome: "spared", reasons: [MAY_BE_KEPT] };
    if (!isFailed(found)) {
      const why = found.held ? "hold" : `it has not failed: it is ${found.snapshot.state}`;
      return { outcome: "spared", reasons: [why] };
    }
    await storage.snapshots.delete(snapshotId, sending("change"));
  } catch (error) {
    if (!isPolyvolError(error, "not_found")) throw error;
    const query = { volumeId: place.volumeId };
    const listed = await storage.snapshots
      .list(query, bulkCallOptions(storage, "read", abortSignal))
      .toArray();
    if (listed.some(({ id, state }) => isSameId(id, snapshotId) && state !== "deleting"))
      return { outcome: "spared", reasons: ["a listing shows it, and a read by its id does not find it"] };
  }
  return { outcome: "deleted" };
}

function problemOfSpared(
  kept: KeptSnapshotDecision | undefined,
  hidden: HiddenMarks | undefined,
  brake: Brake | undefined,
  { capabilities }: BlockStorage,
): Pick<Spared, "problem"> {
  if (hidden !== undefined && kept?.isUnseen === true)
    return { problem: { code: "permission_denied", message: describeHidden(hidden, capabilities) } };
  if (brake === undefined) return {};
  return { problem: { code: "failed_precondition", message: `not deleted: ${brake.why}` } };
}
