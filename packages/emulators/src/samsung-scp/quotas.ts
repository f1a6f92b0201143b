import type { ServiceResponse } from "../kit/service.ts";
import { type Call, json } from "./call.ts";
import { type Excess, quotaExceeded } from "./refusals.ts";

/** Refuses when the account may not have `volumes` more of them, or `gigabytes` more. */
export function allowVolume(call: Call, gigabytes: number, volumes = 1): void {
  const { quotas } = call.settings;
  allow(call, { what: "volumes", limit: quotas.volumes, used: call.account.volumes.size, wanted: volumes });
  allowGigabytes(call, gigabytes);
}

/** The same for one snapshot of `gigabytes`. */
export function allowSnapshot(call: Call, gigabytes: number): void {
  const { quotas } = call.settings;
  allow(call, { what: "snapshots", limit: quotas.snapshots, used: call.account.snapshots.size, wanted: 1 });
  allowGigabytes(call, gigabytes);
}

function allowGigabytes(call: Call, wanted: number): void {
  const limit = call.settings.quotas.gigabytes;
  // Adding up what there is costs as much as there is.
  if (limit >= 0) allow(call, { what: "usages", limit, used: call.account.gigabytes(), wanted });
}

function allow({ settings }: Call, excess: Excess): void {
  const { limit, used, wanted } = excess;
  if (limit >= 0 && wanted > 0 && used + wanted > limit) throw quotaExceeded(settings, excess);
}

interface Usage {
  in_use: number;
  readonly limit: number;
  readonly reserved: number;
}

const usage = (limit: number, in_use = 0): Usage => ({ in_use, limit, reserved: 0 });

export function showQuotaSet(call: Call): ServiceResponse {
  const { account, settings } = call;
  const { quotas } = settings;
  const body: Record<string, unknown> = {
    id: account.id,
    per_volume_size: usage(quotas.perVolumeSize),
    snapshots: usage(quotas.snapshots, account.snapshots.size),
    usages: usage(quotas.gigabytes, account.gigabytes()),
    volumes: usage(quotas.volumes, account.volumes.size),
  };
  if (settings.quotaExtraKeys) Object.assign(body, perType(call));
  return json(200, body);
}

/** Three keys per type, which the live service was seen to add. Two names of its backends are among them. */
function perType({ account, settings }: Call): Record<string, Usage> {
  const extra: Record<string, Usage> = {};
  for (const name of [...settings.volumeTypes.map((type) => type.name), "hdd0", "ssd0"])
    for (const what of ["volumes", "snapshots", "usages"]) extra[`${what}_${name}`] = usage(-1);
  const count = (key: string, amount: number): void => {
    const one = extra[key];
    if (one !== undefined) one.in_use += amount;
  };
  for (const { value } of account.volumes.ordered) {
    count(`volumes_${value.type.name}`, 1);
    count(`usages_${value.type.name}`, value.size);
  }
  for (const { value } of account.snapshots.ordered) {
    count(`snapshots_${value.type.name}`, 1);
    count(`usages_${value.type.name}`, value.size);
  }
  return extra;
}
