import type { RequestQuota } from "@polyvol/core";
import { sampleSlots, shortestGap } from "../limits/sample-slots.ts";
import type { ObservedCloud } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import type { AccountClouds } from "../shard/scope.ts";
import { changeRequests, shortestTime } from "./cost.ts";
import type { PlannedBound, PlannedCloud, VolumePlan } from "./stored-plan.ts";

/** So many slots of a policy are looked at for the shortest time between two. */
const SLOTS = 25;

/** One cloud that was planned. */
export interface BoundedCloud {
  readonly state: ObservedCloud;
  readonly cost: PlannedCloud;
  readonly volumes: readonly VolumePlan[];
}

/**
 * Where the bound of each account lies whose provider states a quota of requests, before anything is done. A round is the
 * shortest time from a slot to the next of the account's policies; each policy makes one snapshot of each of its volumes and
 * deletes one as often as its own schedule says, and everything is read once a round. Clouds of one account share the quota.
 */
export function boundsOf(
  clouds: readonly BoundedCloud[],
  policies: readonly Policy[],
  accounts: readonly AccountClouds[],
  now: Date,
): readonly PlannedBound[] {
  const gaps = new Map(
    policies.map(({ id, schedule }) => [id, shortestGap(sampleSlots(schedule, now).slice(0, SLOTS))?.ms]),
  );
  const keys = new Map(accounts.flatMap(({ key, clouds }) => clouds.map((name) => [name, key] as const)));
  const byAccount = Map.groupBy(clouds, ({ state }) => keys.get(state.name) ?? state.name);
  return [...byAccount].flatMap(([account, own]) => boundOf(account, own, gaps) ?? []);
}

function boundOf(
  account: string,
  clouds: readonly BoundedCloud[],
  gaps: ReadonlyMap<string, number | undefined>,
): PlannedBound | undefined {
  const quotas = clouds.flatMap(({ state }) => state.capabilities.limits.requestQuotas);
  const loads = clouds.map((cloud) => loadsOf(cloud, gaps));
  const all = loads.flat();
  if (quotas.length === 0 || all.length === 0) return undefined;
  const intervalMs = Math.min(...all.map(({ gapMs }) => gapMs));
  const read = clouds.reduce((sum, { cost }) => sum + cost.requests.read, 0);
  const roundRequests = Math.ceil(
    all.reduce((sum, { requests, gapMs }) => sum + (requests * intervalMs) / gapMs, read),
  );
  const requests = clouds.reduce((sum, { cost }) => sum + cost.requests.total, 0);
  const quota = quotas.reduce((tightest, each) =>
    perRequestMs(each) > perRequestMs(tightest) ? each : tightest,
  );
  const roundMs = Math.ceil(roundRequests * perRequestMs(quota));
  const planMs = Math.max(...quotas.map((each) => shortestTime(requests, each)));
  return {
    account,
    clouds: clouds.map(({ state }) => state.name),
    quota: { requests: quota.requests, windowMs: quota.windowMs },
    requests,
    shortestMs: planMs,
    roundRequests,
    roundMs,
    intervalMs,
    tooLarge: Math.max(roundMs, planMs) > intervalMs,
  };
}

/** What one policy asks of a cloud, and how often. */
interface Load {
  readonly requests: number;
  readonly gapMs: number;
}

function loadsOf({ state, volumes }: BoundedCloud, gaps: ReadonlyMap<string, number | undefined>): Load[] {
  const counts = new Map<string, number>();
  for (const { policyId } of volumes.flatMap((each) => each.policies)) {
    counts.set(policyId, (counts.get(policyId) ?? 0) + 1);
  }
  return [...counts].flatMap(([policyId, count]) => {
    const gapMs = gaps.get(policyId);
    if (gapMs === undefined) return [];
    const { create, delete: remove } = changeRequests(state, {
      creations: count,
      deletions: count,
      judged: count,
    });
    return [{ requests: create + remove, gapMs }];
  });
}

/** The time that a request takes on average, for as long as it goes on. */
function perRequestMs({ requests, windowMs }: RequestQuota): number {
  return windowMs / requests;
}
