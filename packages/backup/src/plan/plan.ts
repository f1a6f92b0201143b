import { omitUndefined } from "@polyvol/core/driver";
import type { Clouds } from "../clouds.ts";
import { goneNamesakesOf } from "../observe/gone-volumes.ts";
import { hiddenIn } from "../observe/hidden-marks.ts";
import type { CloudState, ObservedCloud } from "../observe/inventory.ts";
import { observe } from "../observe/observe.ts";
import { type LookOptions, readFor } from "../observe/read-steadily.ts";
import { policyData } from "../policy/policy.ts";
import { selectVolumes } from "../policy/select.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import { checkDate } from "../retention/policy-error.ts";
import { type Scope, type ShardOptions, scopeOf } from "../shard/scope.ts";
import { takeTurns } from "../turns.ts";
import { digestOf } from "./canonical-json.ts";
import { type BoundedCloud, boundsOf, costOf } from "./cost.ts";
import type { BackupPlan, VolumePlan } from "./stored-plan.ts";
import { type PlanChoices, planVolume } from "./volume-plan.ts";

/** How the call is made, and what the plan leaves out or goes beyond. */
export interface PlanOptions extends PlanChoices, ShardOptions, LookOptions {}

/**
 * What a run would do at `now`, with every reason; nothing is changed. Reads each cloud that a policy is about: one
 * health check and one complete listing of volumes and of snapshots.
 *
 * A cloud that is down, refuses the credentials, or whose clock differs from ours by more than two minutes is reported
 * in `problems`, and the others are planned.
 *
 * @param policies of `parsePolicies`
 * @throws PolicyError `invalid_argument` for the name of a cloud that does not exist, an invalid date or shard
 */
export async function plan(
  policies: readonly Policy[],
  clouds: Clouds,
  now: Date,
  options: PlanOptions = {},
): Promise<BackupPlan> {
  checkDate(now, "now");
  const scope = scopeOf(policies, clouds, options);
  const { abortSignal } = options;
  const read = await readFor(now, options, () => observe(scope.chosen, policies, { abortSignal }));
  return await computePlan(abortSignal, policies, read.states, read.now, options, scope);
}

/** The version of the time zone data that slots are computed by, where the runtime says it. */
export const TIME_ZONE_DATA: string | undefined = process.versions["tz"];

/**
 * The plan for what was read. It depends on its arguments alone, and lets others have their turn between volumes.
 * @throws the reason of the abort
 */
export async function computePlan(
  abortSignal: AbortSignal | undefined,
  policies: readonly Policy[],
  states: readonly CloudState[],
  now: Date,
  choices: PlanChoices = {},
  { elsewhere, shard, accounts = [] }: Partial<Scope> = {},
): Promise<BackupPlan> {
  const turns = takeTurns(abortSignal);
  const selection = selectVolumes(policies, states, elsewhere);
  const problems: BackupProblem[] = [];
  const planned: BoundedCloud[] = [];
  const volumes: VolumePlan[] = [];
  const seen: unknown[] = [];
  for (const state of states) {
    if (state.state === "failed") {
      problems.push(state.problem);
      continue;
    }
    const own: VolumePlan[] = [];
    problems.push(...hiddenIn(state));
    for (const volume of state.volumes) {
      const chosenBy = selection.policiesOf(state.name, volume.id);
      if (chosenBy.length === 0) continue;
      const { plan, problems: found } = planVolume(state, volume, chosenBy, now, choices);
      own.push(plan);
      problems.push(...found, ...goneNamesakesOf(state, volume));
      await turns.rest();
    }
    planned.push({ state, cost: costOf(state, own, now), volumes: own });
    volumes.push(...own);
    seen.push(basisOf(state, own));
  }
  problems.push(...selection.problems);
  // A prune is made by hand, in no interval.
  const { pruneOnly = false, liftBrake = false } = choices;
  const bounds = pruneOnly ? [] : boundsOf(planned, policies, accounts, now);
  const count = (key: "create" | "delete" | "keep"): number =>
    volumes.reduce((sum, each) => sum + each[key].length, 0);
  const body = omitUndefined({
    format: "polyvol-backup-plan",
    version: 1,
    now: now.toISOString(),
    timeZoneData: TIME_ZONE_DATA,
    pruneOnly: pruneOnly || undefined,
    liftBrake: liftBrake || undefined,
    shard,
    basis: digestOf([policies.map(policyData), seen]),
    clouds: planned.map(({ cost }) => cost),
    bounds: bounds.length === 0 ? undefined : bounds,
    volumes,
    problems,
    totals: { create: count("create"), delete: count("delete"), keep: count("keep") },
  });
  return { ...body, digest: digestOf(body) };
}

/** What of a cloud the plan rests on. */
function basisOf(cloud: ObservedCloud, volumes: readonly VolumePlan[]): unknown {
  return [
    cloud.name,
    cloud.provider,
    volumes.map(({ volumeId, volumeName }) => [volumeId, volumeName]),
    snapshotsBehind(cloud, volumes),
  ];
}

/** One after the other: an account can have hundreds of thousands. */
function* snapshotsBehind(
  cloud: ObservedCloud,
  volumes: readonly VolumePlan[],
): Generator<unknown, void, undefined> {
  for (const { volumeId } of volumes) {
    for (const { snapshot, held } of cloud.snapshots.get(volumeId) ?? []) {
      const { id, name, state, createdAt, tags, flatTags = tags } = snapshot;
      yield [id, name, volumeId, state, createdAt.toISOString(), flatTags, held];
    }
  }
}
