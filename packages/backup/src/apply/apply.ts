import type { Clouds } from "../clouds.ts";
import { showDuration } from "../duration.ts";
import { MAX_SKEW_MS } from "../observe/inventory.ts";
import { observe } from "../observe/observe.ts";
import { readSteadily } from "../observe/read-steadily.ts";
import { differencesOf, otherTimeZoneData } from "../plan/differences.ts";
import { computePlan, TIME_ZONE_DATA } from "../plan/plan.ts";
import { type BackupPlan, parsePlan } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import { PolicyError, type PolicyProblem } from "../retention/policy-error.ts";
import { newestDueSlot } from "../schedule/slots.ts";
import type { Shard } from "../shard/rendezvous.ts";
import { type Scope, scopeOf } from "../shard/scope.ts";
import { createCloudWorks } from "./cloud-work.ts";
import { type RunContext, type RunOptions, resolveRunOptions } from "./options.ts";
import { startProgress, type VolumeWork } from "./progress.ts";
import type { RunReport } from "./report.ts";
import { workOnVolume } from "./volume-work.ts";

/**
 * Carries out a stored plan: exactly that one, or nothing. The plan is not trusted: all is read and computed again from
 * the policies and the clouds for the plan's `now`, and only when the same comes out is it done. Before each deletion
 * the volume's snapshots are read and judged once more.
 *
 * @param stored the parsed JSON of a plan
 * @throws PolicyError `invalid_argument` for what is no plan; `failed_precondition`, naming the differences, when the
 * plan was edited, the world or the policies have changed, or a newer slot of what it makes has come due
 */
export async function apply(
  stored: unknown,
  policies: readonly Policy[],
  clouds: Clouds,
  options: RunOptions = {},
): Promise<RunReport> {
  const plan = parsePlan(stored);
  const context = resolveRunOptions(options);
  if (plan.liftBrake === true && options.liftBrake !== true) throw brakeLifted();
  const scope = scopeOf(policies, clouds, { shard: shardOfPlan(plan, options), accounts: options.accounts });
  const { startedAt, states } = await readSteadily(context, async (at) => {
    refuseOtherTimes(plan, policies, at);
    return await observe(scope.chosen, policies, context);
  });
  const now = new Date(plan.now);
  const current = await computePlan(context.abortSignal, policies, states, now, plan, scope);
  const differences = differencesOf(plan, current);
  if (differences.length > 0)
    throw refusal("the plan does not fit the world any more; plan again", differences);
  return await execute(current, policies, scope, context, startedAt);
}

/** Plans and carries out at once, for the time that the clock shows. Otherwise as {@link apply}. */
export async function run(
  policies: readonly Policy[],
  clouds: Clouds,
  options: RunOptions = {},
): Promise<RunReport> {
  return await planAndExecute(policies, clouds, options, false);
}

/**
 * Deletes what no rule keeps, and what has failed, without making anything: for an account that is full. Otherwise as
 * {@link run}, with the same checks; the newest good snapshot stays. Each call lets the share of `brakes.maxShare` go, though
 * no new snapshot comes: it is for a person, not for a timer.
 */
export async function prune(
  policies: readonly Policy[],
  clouds: Clouds,
  options: RunOptions = {},
): Promise<RunReport> {
  return await planAndExecute(policies, clouds, options, true);
}

async function planAndExecute(
  policies: readonly Policy[],
  clouds: Clouds,
  options: RunOptions,
  pruneOnly: boolean,
): Promise<RunReport> {
  const context = resolveRunOptions(options);
  const scope = scopeOf(policies, clouds, options);
  const choices = { pruneOnly, liftBrake: options.liftBrake === true };
  const { startedAt, states } = await readSteadily(context, () => observe(scope.chosen, policies, context));
  const now = new Date(startedAt);
  const plan = await computePlan(context.abortSignal, policies, states, now, choices, scope);
  return await execute(plan, policies, scope, context, startedAt);
}

/** A plan of a shard is carried out on that shard. @throws PolicyError where another one is asked for */
function shardOfPlan({ shard }: BackupPlan, { shard: asked }: RunOptions): Shard | undefined {
  if (asked === undefined || (asked.index === shard?.index && asked.count === shard.count)) return shard;
  const words = ({ index, count }: Shard): string => `shard ${index}/${count}`;
  const found = shard === undefined ? "no shard: it is about all clouds" : words(shard);
  throw refusal("the plan is of another shard", [{ path: "plan.shard", found, allowed: words(asked) }]);
}

function brakeLifted(): PolicyError {
  return refusal("the plan deletes more than the brakes of its policies allow", [
    {
      path: "plan.liftBrake",
      found: "true",
      allowed: "this only where it is given here, too: liftBrake (--lift-brake)",
    },
  ]);
}

/** Only the newest due slot is ever made, so a plan ends with the next slot of one of its creations. */
function refuseOtherTimes(plan: BackupPlan, policies: readonly Policy[], now: number): void {
  const ahead = Date.parse(plan.now) - now;
  // Clocks of two machines differ.
  if (ahead > MAX_SKEW_MS) {
    const found = `${plan.now}, ${showDuration(ahead)} ahead of this machine's clock`;
    throw refusal("the plan is from the future", [
      { path: "plan.now", found, allowed: "an instant that has passed" },
    ]);
  }
  const dues = new Map(
    policies.map(({ id, schedule }) => [id, newestDueSlot(schedule, new Date(now))?.toISOString()]),
  );
  const problems = new Map<string, PolicyProblem>();
  for (const { policyId, slot } of plan.volumes.flatMap((volume) => volume.create)) {
    const due = dues.get(policyId);
    if (due === undefined || due <= slot) continue;
    const path = `plan.volumes[].create[].slot of policy ${policyId}`;
    problems.set(policyId, { path, found: slot, allowed: `${due}, which has come due since` });
  }
  if (problems.size === 0) return;
  const causes = otherTimeZoneData(plan.timeZoneData, TIME_ZONE_DATA);
  throw refusal("the plan is too old; plan again", [...problems.values(), ...causes]);
}

function refusal(reason: string, problems: readonly PolicyProblem[]): PolicyError {
  const lines = problems.map(({ path, found, allowed }) => `${path}: the plan has ${found}; now: ${allowed}`);
  return new PolicyError(
    "failed_precondition",
    `refused, nothing was done: ${reason}\n${lines.join("\n")}`,
    problems,
  );
}

/** Carries out a plan that was just computed: all volumes side by side, their requests bounded by the policies' `concurrency`. */
async function execute(
  plan: BackupPlan,
  policies: readonly Policy[],
  scope: Pick<Scope, "chosen" | "accounts">,
  context: RunContext,
  startedAt: number,
): Promise<RunReport> {
  context.emit({ type: "planned", plan });
  for (const problem of plan.problems) context.emit({ type: "problem", problem });
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const works = createCloudWorks(plan, scope, context);
  const now = new Date(plan.now);
  const liftBrake = plan.liftBrake === true;

  const all = plan.volumes.map((volume): VolumeWork => {
    const { cloud, provider, volumeId, volumeName } = volume;
    const work = works.get(cloud);
    // A plan computed from these clouds names no other.
    if (work === undefined) throw new TypeError(`there is no cloud ${cloud}`);
    return {
      volume,
      storage: work.storage,
      cloud: work,
      policies: byId,
      now,
      liftBrake,
      context,
      place: { cloud, provider, volumeId, volumeName },
      progress: startProgress(volume, work.fresh.moment()),
    };
  });
  const results = await Promise.allSettled(all.map(workOnVolume));
  context.abortSignal?.throwIfAborted();
  const volumes = results.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });

  const problems = [...plan.problems, ...volumes.flatMap((each) => each.problems)];
  const stopped = volumes.some(({ left }, index) => left > 0 && all[index]?.progress.stopped === true);
  const sum = (count: (volume: (typeof volumes)[number]) => number): number =>
    volumes.reduce((total, each) => total + count(each), 0);
  return {
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(context.clock.now()).toISOString(),
    ok: problems.length === 0 && !stopped,
    stopped,
    plan,
    volumes,
    problems,
    totals: {
      created: sum(({ created }) => created.filter(({ found }) => found !== true).length),
      deleted: sum(({ deleted }) => deleted.length),
      left: sum(({ left }) => left),
    },
  };
}
