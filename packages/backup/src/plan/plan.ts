import type { Clouds } from "../clouds.ts";
import { observe } from "../observe/observe.ts";
import { type LookOptions, readFor } from "../observe/read-steadily.ts";
import type { Policy } from "../policy/types.ts";
import { checkDate } from "../retention/policy-error.ts";
import { type ShardOptions, scopeOf } from "../shard/scope.ts";
import { computePlan } from "./compute.ts";
import type { BackupPlan } from "./stored-plan.ts";
import type { PlanChoices } from "./volume-plan.ts";

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
