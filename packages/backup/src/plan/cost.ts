import type { RequestQuota } from "@polyvol/core";
import { sampleSlots, shortestGap } from "../limits/sample-slots.ts";
import type { ObservedCloud } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import type { AccountClouds } from "../shard/scope.ts";
import type { PlannedBound, PlannedCloud, VolumePlan } from "./stored-plan.ts";

/** No deletion is judged on a listing that began longer ago than this. */
export const FRESH_FOR_MS = 60_000;

/** Looks of one creation where the provider enforces no names: for the name, at what was made, for others of the name. */
const LOOKS_OF_CREATION = 3;

/** How many snapshots of a cloud change. */
export interface ChangeCounts {
  readonly creations: number;
  readonly deletions: number;
  /** Volumes whose snapshots are judged once more before something of them goes. */
  readonly judged: number;
}

/**
 * Requests that changes take when nothing goes wrong: one for each creation and deletion, and looks. Looks of many at once
 * are walks over the account's snapshots, where those have fewer pages.
 */
function changeRequests(
  { capabilities, requestsPerDeletion, snapshots, volumes }: ObservedCloud,
  { creations, deletions, judged }: ChangeCounts,
): { readonly create: number; readonly delete: number } {
  const { snapshotsPerRequest = 100, volumesPerRequest = 100 } = capabilities.requestCosts ?? {};
  const there = [...snapshots.values()].reduce((sum, each) => sum + each.length, creations);
  const pages = Math.max(1, Math.ceil(there / snapshotsPerRequest));
  const looks = (number: number): number => Math.min(number, pages);
  // What the deletions are judged on is read again each time that it is too old.
  const { requestQuotas } = capabilities.limits;
  const deletingMs = Math.max(0, ...requestQuotas.map((quota) => shortestTime(deletions, quota)));
  const readings = 1 + Math.floor(deletingMs / FRESH_FOR_MS);
  const judgements = Math.min(judged, pages * readings);
  // Where a deletion takes looks, so does a restore, and the volumes show which snapshots are in use for one.
  const sources =
    judged > 0 && requestsPerDeletion > 1 ? Math.ceil(volumes.length / volumesPerRequest) * readings : 0;
  return {
    create: creations + (capabilities.snapshotNames.enforced ? 0 : LOOKS_OF_CREATION * looks(creations)),
    delete: deletions + judgements + sources + (requestsPerDeletion - 1) * looks(deletions),
  };
}

/** What a run of these volumes costs on a cloud when nothing goes wrong. */
export function costOf(cloud: ObservedCloud, volumes: readonly VolumePlan[], now: Date): PlannedCloud {
  const { capabilities, requests: read } = cloud;
  const count = (key: "create" | "delete"): number =>
    volumes.reduce((sum, each) => sum + each[key].length, 0);
  const judged = volumes.filter((each) => each.delete.length > 0).length;
  const changes = changeRequests(cloud, {
    creations: count("create"),
    deletions: count("delete"),
    judged,
  });
  const total = read + changes.create + changes.delete;
  const waits = volumes.map((each) => waitOf(cloud, each, now));
  const { requestQuotas } = capabilities.limits;
  const times = [...requestQuotas.map((quota) => shortestTime(total, quota)), ...waits];
  return {
    cloud: cloud.name,
    provider: cloud.provider,
    volumes: volumes.length,
    requests: { read, ...changes, total },
    shortestMs: times.reduce((most, each) => Math.max(most, each), 0),
  };
}

/** The gaps between the snapshots of a volume: the first one may have been begun before. */
function waitOf(
  { capabilities, snapshots }: ObservedCloud,
  { volumeId, create }: VolumePlan,
  now: Date,
): number {
  const { snapshotGapMs } = capabilities.limits;
  if (snapshotGapMs === "unknown" || create.length === 0) return 0;
  const ages = (snapshots.get(volumeId) ?? []).map(({ snapshot }) => +now - +snapshot.createdAt);
  const rest = snapshotGapMs - Math.max(0, Math.min(...ages));
  return Math.max(0, rest) + (create.length - 1) * snapshotGapMs;
}

/**
 * The shortest time in milliseconds for so many requests: a quota lets through its number at once, and again each time its
 * window has passed.
 */
export function shortestTime(total: number, { requests, windowMs }: RequestQuota): number {
  return total <= requests ? 0 : Math.floor((total - 1) / requests) * windowMs;
}

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
