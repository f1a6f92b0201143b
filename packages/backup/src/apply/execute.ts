import type { BlockStorage } from "@polyvol/core";
import type { NamedCloud } from "../clouds.ts";
import type { BackupPlan } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import type { RunContext } from "./options.ts";
import type { RunReport } from "./report.ts";
import { createSemaphore, type Semaphore } from "./semaphore.ts";
import { workOnVolume } from "./volume-work.ts";

/** Carries out a plan that was just computed: all volumes side by side, bounded by the policies' `concurrency`. */
export async function execute(
  plan: BackupPlan,
  policies: readonly Policy[],
  clouds: readonly NamedCloud[],
  context: RunContext,
  startedAt: number,
): Promise<RunReport> {
  context.emit({ type: "planned", plan });
  for (const problem of plan.problems) context.emit({ type: "problem", problem });
  const storages = new Map(
    clouds.flatMap(({ name, storage }) => (storage instanceof Error ? [] : ([[name, storage]] as const))),
  );
  const byId = new Map(policies.map((policy) => [policy.id, policy]));
  const placesOn = new Map([...storages.keys()].map((name) => [name, new Map<Policy, Semaphore>()]));
  const now = new Date(plan.now);

  const results = await Promise.allSettled(
    plan.volumes.map(async (volume) => {
      const storage: BlockStorage | undefined = storages.get(volume.cloud);
      const places = placesOn.get(volume.cloud);
      // A plan computed from these clouds names no other.
      if (storage === undefined || places === undefined)
        throw new TypeError(`there is no cloud ${volume.cloud}`);
      const placesOf = (policy: Policy): Semaphore => {
        const known = places.get(policy) ?? createSemaphore(policy.concurrency);
        places.set(policy, known);
        return known;
      };
      const liftBrake = plan.liftBrake === true;
      return await workOnVolume({
        volume,
        storage,
        policies: byId,
        now,
        liftBrake,
        context,
        places: placesOf,
      });
    }),
  );
  context.abortSignal?.throwIfAborted();
  const volumes = results.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });

  const problems = [...plan.problems, ...volumes.flatMap((each) => each.problems)];
  const stopped = volumes.some(({ state }) => state === "left");
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
