import { compareText } from "../compare-text.ts";
import type { SnapshotsOutsideRules } from "../limits/limit-problems.ts";
import type { ObservedSnapshot } from "../observe/inventory.ts";
import { failedLater, ownsId } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import { remembering, sharedTexts } from "../remember.ts";
import { type RetentionDecision, showRules } from "./retention-decision.ts";
import type { PlannedDeletion, PlannedKeep } from "./stored-plan.ts";

/** What no rule of the policy keeps. */
export function deletionsOf(policy: Policy, remove: readonly ObservedSnapshot[]): PlannedDeletion[] {
  const reason = `no rule of policy ${policy.id} keeps it: ${showRules(policy.retention)}`;
  return remove.map((seen) => {
    const deletion = deletionOf(policy, seen, reason);
    return failedLater(seen) ? { ...deletion, again: true } : deletion;
  });
}

/** What has failed. */
export function failedOf(policy: Policy, failed: readonly ObservedSnapshot[]): PlannedDeletion[] {
  return failed.map((seen) => ({
    ...deletionOf(policy, seen, "it failed: it is no backup"),
    failed: true,
  }));
}

function deletionOf(
  policy: Policy,
  { snapshot, backupName }: ObservedSnapshot,
  reason: string,
): PlannedDeletion {
  return {
    policyId: policy.id,
    snapshotId: snapshot.id,
    name: snapshot.name,
    slot: textOf(backupName?.slot ?? snapshot.createdAt),
    createdAt: textOf(snapshot.createdAt),
    reason,
  };
}

/** Whether it counts for `brakes.maxShare`, which is a share of good snapshots. */
export function isOfShare({ failed, again }: PlannedDeletion): boolean {
  return failed !== true && again !== true;
}

/** What stays, with whose it is. */
export function keepsOf(
  all: readonly ObservedSnapshot[],
  policies: readonly Policy[],
  judged: ReadonlyMap<Policy, RetentionDecision>,
): PlannedKeep[] {
  const keeps: PlannedKeep[] = [];
  for (const [policy, { keep }] of judged) {
    for (const { seen, reasons } of keep) keeps.push(keepOf(seen, reasons, policy.id));
  }
  for (const seen of all) {
    const policyId = seen.backupName?.policyId;
    if (policyId === undefined) keeps.push(keepOf(seen, ["no policy owns it: its name is not ours"]));
    else if (!policies.some((policy) => ownsId(policy, policyId))) {
      const reason = `owned by policy ${policyId}, which does not choose this volume or is gone`;
      keeps.push(keepOf(seen, [reason]));
    }
  }
  return newestFirst(keeps);
}

function keepOf(
  { snapshot, backupName }: ObservedSnapshot,
  reasons: readonly string[],
  policyId?: string,
): PlannedKeep {
  const { id, name } = snapshot;
  const createdAt = textOf(snapshot.createdAt);
  const slot = backupName && textOf(backupName.slot);
  // Most are like this, and written at once an entry takes half the place.
  if (slot !== undefined && policyId !== undefined)
    return { snapshotId: id, name, createdAt, slot, policyId, reasons: sharedTexts(reasons) };
  const whose = policyId === undefined ? {} : { policyId };
  return { snapshotId: id, name, createdAt, ...(slot && { slot }), ...whose, reasons: sharedTexts(reasons) };
}

/** The same text for the same instant: volumes share slots. */
const textAt = remembering((milliseconds: number) => new Date(milliseconds).toISOString());

function textOf(instant: Date): string {
  return textAt(instant.getTime());
}

export function newestFirst(keeps: readonly PlannedKeep[]): PlannedKeep[] {
  return keeps.toSorted(
    (a, b) => compareText(b.createdAt, a.createdAt) || compareText(a.snapshotId, b.snapshotId),
  );
}

/** What the counts of the rules do not cover. A held snapshot may use up a rule as well: the sum is never too low. */
export function snapshotsOutsideRules(
  all: readonly ObservedSnapshot[],
  policies: readonly Policy[],
  judged: ReadonlyMap<Policy, RetentionDecision>,
): SnapshotsOutsideRules {
  const owned = all.filter(({ backupName }) =>
    policies.some((policy) => ownsId(policy, backupName?.policyId)),
  );
  const held = owned.filter((seen) => seen.held).length;
  let others = 0;
  for (const { keep } of judged.values()) {
    others += keep.filter(({ seen, keptByRule }) => !seen.held && !keptByRule).length;
  }
  return { unowned: all.length - owned.length, held, others };
}
