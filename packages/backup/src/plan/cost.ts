import type { RequestQuota } from "@polyvol/core";
import type { ObservedCloud } from "../observe/inventory.ts";
import type { PlannedCloud, VolumePlan } from "./stored-plan.ts";

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
export function changeRequests(
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
