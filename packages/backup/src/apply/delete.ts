import type { BlockStorage } from "@polyvol/core";
import { seen } from "../observe/observe.ts";
import { patiently } from "../patience.ts";
import { judge } from "../plan/judge.ts";
import { findSurplus } from "../plan/surplus.ts";
import type { PlannedDeletion } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import type { VolumePlace } from "./events.ts";
import type { RunContext } from "./options.ts";

/** Everything that the deletions of one policy on one volume need. */
export interface DeletionWork {
  readonly storage: BlockStorage;
  readonly place: VolumePlace;
  readonly policy: Policy;
  /** The instant of the plan. */
  readonly now: Date;
  readonly context: RunContext;
}

/** What became of one planned deletion. `braked`: the world has changed so much that a person should look. */
export type DeletionOutcome =
  | { readonly outcome: "deleted" }
  | { readonly outcome: "spared"; readonly reasons: readonly string[]; readonly braked?: string };

/**
 * Deletes one snapshot, if it is still to go by what holds at this moment: the volume's snapshots are listed again and
 * judged again, so a hold, a tag, another name or a lost newer snapshot is seen, and so are the brakes. Gone already is
 * success.
 *
 * @param deletedBefore how many this run has deleted of this policy on this volume
 */
export async function deleteSnapshot(
  { storage, place, policy, now, context }: DeletionWork,
  { snapshotId }: PlannedDeletion,
  deletedBefore: number,
): Promise<DeletionOutcome> {
  const { abortSignal } = context;
  const read = patiently(storage, "read", abortSignal);
  const listed = await storage.snapshots.list({ volumeId: place.volumeId }, read).toArray();
  const all = listed.map(seen);
  const target = all.find(({ snapshot }) => snapshot.id === snapshotId);
  if (target === undefined) return { outcome: "deleted" };
  const own = all.filter(({ ours }) => ours?.policyId === policy.id);
  if (!own.includes(target))
    return { outcome: "spared", reasons: [`policy ${policy.id} does not own it any more`] };

  const surplus = new Set(
    findSurplus(own).flatMap((group) => group.surplus.map(({ snapshot }) => snapshot.id)),
  );
  const options = { now, agedAt: context.clock.now(), deletedBefore, surplus };
  const { keep, remove, braked } = judge(policy, own, options);
  if (!remove.includes(target)) {
    const reasons = keep.find((each) => each.seen === target)?.reasons ?? ["the rules keep it"];
    return { outcome: "spared", reasons, ...(braked === undefined ? {} : { braked }) };
  }
  await storage.snapshots.delete(snapshotId, patiently(storage, "change", abortSignal));
  return { outcome: "deleted" };
}
