import type { ServiceResponse } from "../kit/service.ts";
import type { Call, Handler } from "./call.ts";
import { json, overQuota, refusal } from "./responses.ts";

/** What is to be added. */
interface More {
  readonly volumes?: number;
  readonly snapshots?: number;
  readonly gigabytes?: number;
}

/** Throws 413 where a quota of the project has no room for so much more. */
export function checkQuota({ state, projectId }: Call, more: More): void {
  const { quotas } = state.options;
  const { volumes = 0, snapshots = 0, gigabytes = 0 } = more;
  const isOver = (limit: number, used: number, wanted: number): boolean =>
    wanted > 0 && limit >= 0 && used + wanted > limit;
  const used = state.usedGiB(projectId);
  if (isOver(quotas.gigabytes, used, gigabytes))
    throw overQuota(
      "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. " +
        `Requested ${gigabytes}G, quota is ${quotas.gigabytes}G and ${used}G has been consumed.`,
    );
  if (isOver(quotas.volumes, state.volumes.by("project", projectId).length, volumes))
    throw overQuota(
      `VolumeLimitExceeded: Maximum number of volumes allowed (${quotas.volumes}) exceeded for quota 'volumes'.`,
    );
  if (isOver(quotas.snapshots, state.snapshots.by("project", projectId).length, snapshots))
    throw overQuota(
      `SnapshotLimitExceeded: Maximum number of snapshots allowed (${quotas.snapshots}) exceeded`,
    );
}

export const limits: Handler = ({ state, projectId }) => {
  const { quotas } = state.options;
  const absolute = {
    maxTotalVolumes: quotas.volumes,
    maxTotalSnapshots: quotas.snapshots,
    maxTotalVolumeGigabytes: quotas.gigabytes,
    maxTotalBackups: 10,
    maxTotalBackupGigabytes: 1000,
    totalVolumesUsed: state.volumes.by("project", projectId).length,
    totalGigabytesUsed: state.usedGiB(projectId),
    totalSnapshotsUsed: state.snapshots.by("project", projectId).length,
    totalBackupsUsed: 0,
    totalBackupGigabytesUsed: 0,
  };
  return json(200, { limits: { rate: [], absolute } });
};

export const quotaSet: Handler = (call) =>
  quotasOf(call, /^(?:true|1)$/i.test(call.request.query.get("usage") ?? ""));

/** What projects have by default, which here is what each has. */
export const defaultQuotas: Handler = (call) => quotasOf(call, false);

function quotasOf({ state, projectId, params }: Call, withUsage: boolean): ServiceResponse {
  if (params["id"] !== projectId)
    throw refusal(403, "Policy doesn't allow volume_extension:quotas:show to be performed.");
  const { quotas, volumeTypes } = state.options;
  const volumes = state.volumes.by("project", projectId);
  const snapshots = state.snapshots.by("project", projectId);
  const one = (limit: number, in_use: number): unknown =>
    withUsage ? { limit, in_use, reserved: 0 } : limit;
  const types = volumeTypes.flatMap((type) => {
    const own = volumes.filter((volume) => volume.type === type);
    const ids = new Set(own.map(({ id }) => id));
    const ofThem = snapshots.filter(({ volumeId }) => ids.has(volumeId));
    const used = [...own, ...ofThem].reduce((total, { sizeGiB }) => total + sizeGiB, 0);
    return [
      [`volumes_${type}`, one(-1, own.length)],
      [`gigabytes_${type}`, one(-1, used)],
      [`snapshots_${type}`, one(-1, ofThem.length)],
    ];
  });
  return json(200, {
    quota_set: {
      volumes: one(quotas.volumes, volumes.length),
      per_volume_gigabytes: one(-1, 0),
      snapshots: one(quotas.snapshots, snapshots.length),
      gigabytes: one(quotas.gigabytes, state.usedGiB(projectId)),
      backups: one(10, 0),
      backup_gigabytes: one(1000, 0),
      ...Object.fromEntries(types),
      groups: one(10, 0),
      id: projectId,
    },
  });
}
