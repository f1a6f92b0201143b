import type { ServiceResponse } from "../kit/service.ts";
import { type Call, json } from "./call.ts";
import type { ResolvedOptions } from "./options.ts";
import { ApiError } from "./responses.ts";
import type { Account } from "./state.ts";

/** Refuses when the account may not have that many volumes more, or GiB more. */
export function checkVolumeQuota(call: Call, wanted: { volumes: number; gigabytes: number }): void {
  const { volumes } = call.account;
  check(call, { what: "volumes", used: volumes.size, wanted: wanted.volumes }, call.options.quotas.volumes);
  checkGigabytes(call, wanted.gigabytes);
}

/** The same for one snapshot of `gigabytes`. */
export function checkSnapshotQuota(call: Call, gigabytes: number): void {
  const { snapshots } = call.account;
  check(call, { what: "snapshots", used: snapshots.size, wanted: 1 }, call.options.quotas.snapshots);
  checkGigabytes(call, gigabytes);
}

function checkGigabytes(call: Call, wanted: number): void {
  const limit = call.options.quotas.gigabytes;
  // Adding up what there is costs as much as there is.
  if (limit >= 0) check(call, { what: "usages", used: gigabytesOf(call.account), wanted }, limit);
}

/** What is limited, how much of it is used, and how much more was asked for. */
interface Demand {
  readonly what: "volumes" | "snapshots" | "usages";
  readonly used: number;
  readonly wanted: number;
}

function check({ options }: Call, demand: Demand, limit: number): void {
  const { used, wanted } = demand;
  if (limit >= 0 && wanted > 0 && used + wanted > limit) throw quotaExceeded(options, demand, limit);
}

const CODES: Readonly<Record<ResolvedOptions["quotaStatus"], string>> = {
  400: "VirtualServer.BadRequest",
  403: "Forbidden",
  409: "VirtualServer.Conflict",
  413: "VirtualServer.OverLimit",
  422: "VirtualServer.UnprocessableEntity",
};

/** The refusal of what is beyond a limit, in the form that the options ask for. */
function quotaExceeded(
  { quotaStatus: status, quotaBody }: ResolvedOptions,
  { what, used, wanted }: Demand,
  limit: number,
): ApiError {
  const cinderMessages = {
    volumes: `VolumeLimitExceeded: Maximum number of volumes allowed (${limit}) exceeded for quota 'volumes'.`,
    snapshots: `SnapshotLimitExceeded: Maximum number of snapshots allowed (${limit}) exceeded`,
    usages: `VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. Requested ${wanted}G, quota is ${limit}G and ${used}G has been consumed.`,
  };
  const detail = {
    en: `Quota exceeded for ${what}. Limit: ${limit}, in use: ${used}, requested: ${wanted}.`,
    ko: `${what} 할당량을 초과했습니다. 한도: ${limit}, 사용: ${used}, 요청: ${wanted}.`,
  };
  const asCinder = {
    body: { overLimit: { code: status, message: cinderMessages[what], retryAfter: "0" } },
    headers: { "retry-after": "0" },
  };
  const details = { title: "QuotaExceeded", ...(quotaBody === "cinder" && asCinder) };
  return new ApiError(status, CODES[status], detail, details);
}

/** GiB of all volumes and snapshots. */
function gigabytesOf({ volumes, snapshots }: Account): number {
  let sum = 0;
  for (const { size } of volumes.all()) sum += size;
  for (const { size } of snapshots.all()) sum += size;
  return sum;
}

interface Usage {
  in_use: number;
  readonly limit: number;
  readonly reserved: number;
}

const usage = (limit: number, in_use = 0): Usage => ({ in_use, limit, reserved: 0 });

export function showQuotaSet(call: Call): ServiceResponse {
  const { account, options } = call;
  const { quotas } = options;
  return json(200, {
    id: account.id,
    per_volume_size: usage(quotas.perVolumeSize),
    snapshots: usage(quotas.snapshots, account.snapshots.size),
    usages: usage(quotas.gigabytes, gigabytesOf(account)),
    volumes: usage(quotas.volumes, account.volumes.size),
    ...(options.quotaExtraKeys && usagePerType(call)),
  });
}

/** Three keys per type, which the live service was seen to add. Two names of its backends are among them. */
function usagePerType({ account, options }: Call): Record<string, Usage> {
  const usages: Record<string, Usage> = {};
  for (const name of [...options.volumeTypes.map((type) => type.name), "hdd0", "ssd0"])
    for (const what of ["volumes", "snapshots", "usages"]) usages[`${what}_${name}`] = usage(-1);
  const count = (key: string, amount: number): void => {
    const one = usages[key];
    if (one !== undefined) one.in_use += amount;
  };
  for (const [what, items] of [
    ["volumes", account.volumes.all()],
    ["snapshots", account.snapshots.all()],
  ] as const)
    for (const { type, size } of items) {
      count(`${what}_${type.name}`, 1);
      count(`usages_${type.name}`, size);
    }
  return usages;
}
