import type { Volume } from "@polyvol/core";
import { fitName, omitUndefined } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { checkLimits } from "../limits/limit-problems.ts";
import { mayBeKept } from "../observe/hidden-marks.ts";
import type { ObservedCloud, ObservedSnapshot } from "../observe/inventory.ts";
import { isFailed, ownedBy } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import { type BackupProblem, problemOf, type UnplacedProblem } from "../problem.ts";
import { planCreation } from "./creation.ts";
import { type Due, findDue } from "./due.ts";
import { deletionsOf, failedOf, isOfShare, keepsOf, snapshotsOutsideRules } from "./plan-entries.ts";
import {
  applyRetention,
  type Brake,
  type RetentionContext,
  type RetentionDecision,
} from "./retention-decision.ts";
import { fitToLimits, orderSteps } from "./step-order.ts";
import type { PlannedCreation, PlannedPolicy, VolumePlan } from "./stored-plan.ts";
import { findSurplus, surplusIds } from "./surplus.ts";

/** What a plan is asked to leave out or to go beyond. */
export interface PlanChoices {
  /** Only prunes: nothing is made, and what no rule keeps without a new snapshot goes. Default false. */
  readonly pruneOnly?: boolean | undefined;
  /** Lets everything go that no rule keeps, whatever `brakes.maxShare` says; the minimum age holds. Default false. */
  readonly liftBrake?: boolean | undefined;
}

export interface VolumePlanned {
  readonly plan: VolumePlan;
  readonly problems: readonly BackupProblem[];
}

/** What a policy has on the volume, and what it asks for. */
interface PolicyPart {
  readonly policy: Policy;
  readonly own: readonly ObservedSnapshot[];
  readonly due: Due;
}

/** Plans one volume: pure, from what was read. */
export function planVolume(
  cloud: ObservedCloud,
  volume: Volume,
  policies: readonly Policy[],
  now: Date,
  { pruneOnly = false, liftBrake = false }: PlanChoices = {},
): VolumePlanned {
  const place = { cloud: cloud.name, volumeId: volume.id, volumeName: volume.name };
  const subject = `volume ${fitName(volume.name)} (${fitName(volume.id)}) on ${cloud.name}`;
  const all = cloud.snapshots.get(volume.id) ?? [];
  const parts = policies.map((policy): PolicyPart => {
    const own = ownedBy(policy, all);
    return { policy, own, due: findDue(policy, own, now) };
  });
  const groups = findSurplus(all);
  const surplus = surplusIds(groups);
  const problems: BackupProblem[] = groups.map(({ name, counts, surplus: others }) => {
    const ids = [counts, ...others].map(({ snapshot }) => snapshot.id).join(", ");
    // Runs at once make one of those that they have made under one name, a moment later.
    const advice = "where a later run says so, too, delete all but one by hand";
    const message = `${subject}: several snapshots are named ${name}: ${ids}; ${advice}`;
    return { code: "conflict", message, effect: "attention", ...place, snapshotName: name };
  });

  const creations: PlannedCreation[] = [];
  for (const { policy, own, due } of pruneOnly ? [] : parts) {
    if (due.wanted === undefined) continue;
    try {
      creations.push(planCreation(cloud, volume, policy, own, due.wanted));
    } catch (error) {
      problems.push(problemOf(error, "nothing_done", { ...place, policyId: policy.id }));
    }
  }
  creations.sort((a, b) => compareText(a.slot, b.slot) || compareText(a.policyId, b.policyId));

  const hidden = cloud.hiddenMarks;
  const agedAt = Math.min(now.getTime(), cloud.timeAtLeast ?? Number.POSITIVE_INFINITY);
  const hasFailed = (seen: ObservedSnapshot): boolean => isFailed(seen) && !mayBeKept(seen, hidden);
  const slotOf = ({ policy, due }: PolicyPart, made: readonly PlannedCreation[]): Date | undefined =>
    made.some(({ policyId }) => policyId === policy.id) ? due.wanted?.slot : undefined;
  const judgeNow = (
    { policy, own }: PolicyPart,
    how: Pick<RetentionContext, "upcoming" | "spansFrom" | "shareGoes">,
  ): Explained =>
    judgeOrExplain(
      policy,
      own.filter((seen) => !hasFailed(seen)),
      { now, agedAt, surplus, hidden, liftBrake, ...how },
    );
  const judged = new Map<Policy, RetentionDecision>();
  for (const part of parts) {
    const { policy } = part;
    const upcoming = slotOf(part, creations);
    const judgement = judgeNow(part, { upcoming, shareGoes: upcoming !== undefined || pruneOnly });
    judged.set(policy, judgement);
    if (judgement.problem !== undefined)
      problems.push({ ...judgement.problem, ...place, policyId: policy.id });
  }

  if (!pruneOnly) {
    const beside = snapshotsOutsideRules(all, policies, judged);
    for (const problem of checkLimits({ cloud, subject, policies, beside, now })) {
      problems.push({ ...problem, ...place });
    }
  }
  const deletions = parts.flatMap(({ policy, own }) => [
    ...failedOf(policy, own.filter(hasFailed)),
    ...deletionsOf(policy, judged.get(policy)?.remove ?? []),
  ]);
  const { limits } = cloud.capabilities;
  const rest = fitToLimits(
    { create: creations, delete: deletions, keep: keepsOf(all, policies, judged) },
    problems,
    {
      fits: (each) => orderSteps(each, limits) !== undefined,
      early: (made) =>
        new Set(
          parts.flatMap((part) => {
            const { remove } = judgeNow(part, { spansFrom: slotOf(part, made), shareGoes: true });
            return remove.map(({ snapshot }) => snapshot.id);
          }),
        ),
      noRoom: ({ policyId }) => {
        const message =
          `${subject}: ${all.length} snapshots + ${creations.length} new = ${all.length + creations.length}; ` +
          `${cloud.provider} allows ${limits.snapshotsPerVolume} of one volume, and the new one comes before an old one goes`;
        return { code: "resource_exhausted", message, effect: "nothing_done", ...place, policyId };
      },
    },
  );
  const plan = { cloud: cloud.name, provider: cloud.provider, volumeId: volume.id, volumeName: volume.name };
  const standing = parts.map(({ policy, due }) => {
    const brake = judged.get(policy)?.brake;
    if (brake === undefined) return standingOf(policy, due);
    const go = rest.delete.filter((each) => each.policyId === policy.id && isOfShare(each)).length;
    const held = brake.wouldGo - go;
    // One always goes with a new snapshot, however small the share.
    if (held > 0) problems.push({ ...brakeProblem(policy, brake, go, held), ...place, policyId: policy.id });
    return standingOf(policy, due, held);
  });
  return { plan: { ...plan, policies: standing, ...rest }, problems };
}

type Explained = RetentionDecision & { readonly problem?: UnplacedProblem };

function judgeOrExplain(
  policy: Policy,
  own: readonly ObservedSnapshot[],
  options: RetentionContext,
): Explained {
  try {
    return applyRetention(policy, own, options);
  } catch (error) {
    const { code, message } = problemOf(error, "nothing_deleted", {});
    const keep = own.map((seen) => ({
      seen,
      reasons: ["the rules keep nothing, so nothing is deleted"],
      keptByRule: true,
    }));
    return { keep, remove: [], problem: { code, message, effect: "nothing_deleted" } };
  }
}

function brakeProblem({ id }: Policy, { why }: Brake, go: number, held: number): UnplacedProblem {
  const message =
    go === 0
      ? `policy ${id}: nothing is deleted: ${why}; its share goes with the next new snapshot, ` +
        "all of it by liftBrake (--lift-brake)"
      : `policy ${id}: only the oldest ${go} are deleted: ${why}; the other ${held} go by and by with ` +
        "new snapshots, or at once by liftBrake (--lift-brake)";
  return { code: "failed_precondition", message, effect: go === 0 ? "nothing_deleted" : "attention" };
}

function standingOf({ id }: Policy, { dueSlot, newestSlot, missed }: Due, braked?: number): PlannedPolicy {
  return omitUndefined({
    policyId: id,
    dueSlot: dueSlot?.toISOString(),
    newestSlot: newestSlot?.toISOString(),
    missed,
    braked,
  });
}
