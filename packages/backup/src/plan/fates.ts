import type { SeenSnapshot } from "../observe/world.ts";
import { compareText } from "../ordering.ts";
import { ownsId } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import { type Judgement, showRules } from "./judge.ts";
import type { PlannedDeletion, PlannedKeep } from "./types.ts";

/** What no rule of the policy keeps. */
export function deletionsOf(policy: Policy, remove: readonly SeenSnapshot[]): PlannedDeletion[] {
  const reason = `no rule of policy ${policy.id} keeps it: ${showRules(policy.retention)}`;
  return remove.map((seen) => deletionOf(policy, seen, reason));
}

/** What has failed. */
export function failedOf(policy: Policy, failed: readonly SeenSnapshot[]): PlannedDeletion[] {
  return failed.map((seen) => ({
    ...deletionOf(policy, seen, "it failed: it is no backup"),
    failed: true,
  }));
}

function deletionOf(policy: Policy, { snapshot, ours }: SeenSnapshot, reason: string): PlannedDeletion {
  return {
    policyId: policy.id,
    snapshotId: snapshot.id,
    name: snapshot.name,
    slot: (ours?.slot ?? snapshot.createdAt).toISOString(),
    createdAt: snapshot.createdAt.toISOString(),
    reason,
  };
}

/** What stays, with whose it is. */
export function keepsOf(
  all: readonly SeenSnapshot[],
  policies: readonly Policy[],
  judged: ReadonlyMap<Policy, Judgement>,
): PlannedKeep[] {
  const keeps: PlannedKeep[] = [];
  for (const [policy, { keep }] of judged) {
    for (const { seen, reasons } of keep) keeps.push({ ...keepOf(seen), policyId: policy.id, reasons });
  }
  for (const seen of all) {
    const policyId = seen.ours?.policyId;
    if (policyId === undefined)
      keeps.push({ ...keepOf(seen), reasons: ["no policy owns it: its name is not ours"] });
    else if (!policies.some((policy) => ownsId(policy, policyId))) {
      const reason = `owned by policy ${policyId}, which does not choose this volume or is gone`;
      keeps.push({ ...keepOf(seen), reasons: [reason] });
    }
  }
  return newestFirst(keeps);
}

function keepOf({ snapshot, ours }: SeenSnapshot): Omit<PlannedKeep, "reasons"> {
  const { id, name, createdAt } = snapshot;
  const slot = ours === undefined ? {} : { slot: ours.slot.toISOString() };
  return { snapshotId: id, name, createdAt: createdAt.toISOString(), ...slot };
}

export function newestFirst(keeps: readonly PlannedKeep[]): PlannedKeep[] {
  return keeps.toSorted(
    (a, b) => compareText(b.createdAt, a.createdAt) || compareText(a.snapshotId, b.snapshotId),
  );
}

/** What the counts of the rules do not cover. A held snapshot may use up a rule as well: the sum is never too low. */
export function besideRules(
  all: readonly SeenSnapshot[],
  policies: readonly Policy[],
  judged: ReadonlyMap<Policy, Judgement>,
): { unowned: number; held: number; others: number } {
  const owned = all.filter(({ ours }) => policies.some((policy) => ownsId(policy, ours?.policyId)));
  const held = owned.filter((seen) => seen.held).length;
  let others = 0;
  for (const { keep } of judged.values()) {
    others += keep.filter(({ seen, ruled }) => !seen.held && !ruled).length;
  }
  return { unowned: all.length - owned.length, held, others };
}
