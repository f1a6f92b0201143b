import type { BackupPlan } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import type { Scope } from "../shard/scope.ts";
import { createCloudWorks } from "./cloud-work.ts";
import type { RunContext } from "./options.ts";
import { startProgress, type VolumeWork } from "./progress.ts";
import type { RunReport } from "./report.ts";
import { workOnVolume } from "./volume-work.ts";

/** Carries out a plan that was just computed: all volumes side by side, their requests bounded by the policies' `concurrency`. */
export async function execute(
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
      created: sum(({ created }) => created.length),
      deleted: sum(({ deleted }) => deleted.length),
      left: sum(({ left }) => left),
    },
  };
}
