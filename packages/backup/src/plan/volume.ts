import type { Volume } from "@polyvol/core";
import { checkLimits } from "../limits/check.ts";
import type { ObservedCloud, SeenSnapshot } from "../observe/world.ts";
import { compareText } from "../ordering.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { planCreation } from "./creation.ts";
import { type Due, findDue } from "./due.ts";
import { type Judgement, judge, showRules } from "./judge.ts";
import { stepsOf } from "./room.ts";
import { findSurplus } from "./surplus.ts";
import type { PlannedCreation, PlannedDeletion, PlannedKeep, VolumePlan } from "./types.ts";

export interface VolumePlanned {
  readonly plan: VolumePlan;
  readonly problems: readonly BackupProblem[];
}

/** Plans one volume: pure, from what was read. */
export function planVolume(
  cloud: ObservedCloud,
  volume: Volume,
  policies: readonly Policy[],
  now: Date,
): VolumePlanned {
  const place = { cloud: cloud.name, volumeId: volume.id, volumeName: volume.name };
  const subject = `volume ${volume.name} (${volume.id}) on ${cloud.name}`;
  const all = cloud.snapshots.get(volume.id) ?? [];
  const ownOf = (policy: Policy): SeenSnapshot[] => all.filter(({ ours }) => ours?.policyId === policy.id);
  const groups = findSurplus(all);
  const surplus = new Set(groups.flatMap((group) => group.surplus.map(({ snapshot }) => snapshot.id)));
  const problems: BackupProblem[] = groups.map(({ name, counts, surplus: others }) => {
    const ids = [counts, ...others].map(({ snapshot }) => snapshot.id).join(", ");
    const message = `${subject}: several snapshots are named ${name}: ${ids}; delete all but one by hand`;
    return { code: "conflict", message, effect: "attention", ...place, snapshotName: name };
  });

  const dues = new Map(policies.map((policy) => [policy, findDue(policy, ownOf(policy), now)]));
  const creations: PlannedCreation[] = [];
  for (const [policy, { wanted }] of dues) {
    if (wanted === undefined) continue;
    try {
      creations.push(planCreation(cloud, volume, policy, ownOf(policy), wanted));
    } catch (error) {
      problems.push(problemOf(error, "nothing_done", { ...place, policyId: policy.id }));
    }
  }
  creations.sort((a, b) => compareText(a.slot, b.slot) || compareText(a.policyId, b.policyId));

  const judged = new Map<Policy, Judgement>();
  for (const policy of policies) {
    const upcoming = creations.some(({ policyId }) => policyId === policy.id)
      ? dues.get(policy)?.wanted
      : undefined;
    const options = { now, agedAt: now.getTime(), upcoming: upcoming?.slot, surplus };
    const judgement = judgeOrExplain(policy, ownOf(policy), options);
    judged.set(policy, judgement);
    if (judgement.problem !== undefined)
      problems.push({ ...judgement.problem, ...place, policyId: policy.id });
  }

  const beside = besideRules(all, policies, judged);
  for (const problem of checkLimits({ cloud, subject, policies, beside, now })) {
    problems.push({ ...problem, ...place });
  }
  const deletions = policies.flatMap((policy) => deletionsOf(policy, judged.get(policy)?.remove ?? []));
  const rest = { create: creations, delete: deletions, keep: keepsOf(all, policies, judged) };
  if (stepsOf(rest, cloud.capabilities.limits) === undefined) {
    const limit = cloud.capabilities.limits.snapshotsPerVolume;
    const message =
      `${subject}: ${all.length} snapshots + ${creations.length} new = ${all.length + creations.length}; ` +
      `${cloud.provider} allows ${limit} of one volume, and the new one comes before an old one goes`;
    problems.push({ code: "resource_exhausted", message, effect: "nothing_done", ...place });
  }
  const plan = { cloud: cloud.name, provider: cloud.provider, volumeId: volume.id, volumeName: volume.name };
  const standing = policies.map((policy) => standingOf(policy, dues.get(policy)));
  return { plan: { ...plan, policies: standing, ...afterProblems(rest, problems) }, problems };
}

type Rest = Pick<VolumePlan, "create" | "delete" | "keep">;

/** A refusal of the whole volume stops everything on it; any other failure stops its deletions. */
function afterProblems(rest: Rest, problems: readonly BackupProblem[]): Rest {
  const refused = problems.some(
    ({ effect, policyId }) => effect === "nothing_done" && policyId === undefined,
  );
  const failed = problems.some(({ effect }) => effect === "nothing_done");
  if (!failed) return rest;
  const spared = rest.delete.map(
    ({ reason, policyId, ...each }): PlannedKeep => ({
      ...each,
      policyId,
      reasons: [`nothing is deleted, since something on this volume cannot be done (${reason})`],
    }),
  );
  return { create: refused ? [] : rest.create, delete: [], keep: newestFirst([...rest.keep, ...spared]) };
}

type Explained = Judgement & { readonly problem?: Pick<BackupProblem, "code" | "message" | "effect"> };

function judgeOrExplain(
  policy: Policy,
  own: readonly SeenSnapshot[],
  options: Parameters<typeof judge>[2],
): Explained {
  try {
    const judgement = judge(policy, own, options);
    if (judgement.braked === undefined) return judgement;
    const message = `policy ${policy.id}: nothing is deleted: ${judgement.braked}`;
    return { ...judgement, problem: { code: "failed_precondition", message, effect: "nothing_deleted" } };
  } catch (error) {
    const { code, message } = problemOf(error, "nothing_deleted", {});
    const keep = own.map((seen) => ({
      seen,
      reasons: ["the rules keep nothing, so nothing is deleted"],
      ruled: true,
    }));
    return { keep, remove: [], problem: { code, message, effect: "nothing_deleted" } };
  }
}

function deletionsOf(policy: Policy, remove: readonly SeenSnapshot[]): PlannedDeletion[] {
  return remove.map(({ snapshot, ours }) => ({
    policyId: policy.id,
    snapshotId: snapshot.id,
    name: snapshot.name,
    slot: (ours?.slot ?? snapshot.createdAt).toISOString(),
    createdAt: snapshot.createdAt.toISOString(),
    reason: `no rule of policy ${policy.id} keeps it: ${showRules(policy.retention)}`,
  }));
}

function keepsOf(
  all: readonly SeenSnapshot[],
  policies: readonly Policy[],
  judged: ReadonlyMap<Policy, Judgement>,
): PlannedKeep[] {
  const keeps: PlannedKeep[] = [];
  for (const [policy, { keep }] of judged) {
    for (const { seen, reasons } of keep) keeps.push({ ...keepOf(seen), policyId: policy.id, reasons });
  }
  const ids = new Set(policies.map(({ id }) => id));
  for (const seen of all) {
    if (seen.ours === undefined)
      keeps.push({ ...keepOf(seen), reasons: ["no policy owns it: its name is not ours"] });
    else if (!ids.has(seen.ours.policyId)) {
      const reason = `owned by policy ${seen.ours.policyId}, which does not choose this volume or is gone`;
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

function newestFirst(keeps: readonly PlannedKeep[]): PlannedKeep[] {
  return keeps.toSorted(
    (a, b) => compareText(b.createdAt, a.createdAt) || compareText(a.snapshotId, b.snapshotId),
  );
}

/** What the counts of the rules do not cover. A held snapshot may use up a rule as well: the sum is never too low. */
function besideRules(
  all: readonly SeenSnapshot[],
  policies: readonly Policy[],
  judged: ReadonlyMap<Policy, Judgement>,
): { unowned: number; held: number; others: number } {
  const ids = new Set(policies.map(({ id }) => id));
  const owned = all.filter(({ ours }) => ours !== undefined && ids.has(ours.policyId));
  const held = owned.filter((seen) => seen.held).length;
  let others = 0;
  for (const { keep } of judged.values()) {
    others += keep.filter(({ seen, ruled }) => !seen.held && !ruled).length;
  }
  return { unowned: all.length - owned.length, held, others };
}

function standingOf(policy: Policy, due: Due | undefined): VolumePlan["policies"][number] {
  return {
    policyId: policy.id,
    ...(due?.dueSlot === undefined ? {} : { dueSlot: due.dueSlot.toISOString() }),
    ...(due?.newestSlot === undefined ? {} : { newestSlot: due.newestSlot.toISOString() }),
    missed: due?.missed ?? { count: 0, more: false },
  };
}
