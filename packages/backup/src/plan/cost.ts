import type { RequestQuota } from "@polyvol/core";
import type { ObservedCloud } from "../observe/inventory.ts";
import type { PlannedCloud, VolumePlan } from "./types.ts";

/** Requests of one creation: alone where the provider enforces names; else look, create, look at it, look for others. */
const ENFORCED = 1;
const FREE = 4;

/** What a run of these volumes costs on a cloud when nothing goes wrong. */
export function costOf(cloud: ObservedCloud, volumes: readonly VolumePlan[], now: Date): PlannedCloud {
  const { capabilities, requests: read, requestsPerDeletion } = cloud;
  const creations = volumes.reduce((sum, each) => sum + each.create.length, 0);
  const deletions = volumes.reduce((sum, each) => sum + each.delete.length, 0);
  const create = creations * (capabilities.snapshotNames.enforced ? ENFORCED : FREE);
  const remove = deletions * requestsPerDeletion;
  const total = read + create + remove;
  const waits = volumes.map((each) => waitOf(cloud, each, now));
  const times = [...capabilities.limits.requestQuotas.map((quota) => shortestTime(total, quota)), ...waits];
  return {
    cloud: cloud.name,
    provider: cloud.provider,
    volumes: volumes.length,
    requests: { read, create, delete: remove, total },
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

/** A quota lets through its number at once, and again each time its window has passed. */
function shortestTime(total: number, { requests, windowMs }: RequestQuota): number {
  return total <= requests ? 0 : Math.floor((total - 1) / requests) * windowMs;
}
