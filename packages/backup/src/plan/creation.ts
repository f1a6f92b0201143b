import { inUse, PolyvolError, type Volume } from "@polyvol/core";
import { fillPrefix, nameLength, snapshotName } from "../naming.ts";
import { isUnfinished, type ObservedCloud, type ObservedSnapshot } from "../observe/inventory.ts";
import { failedLater } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import type { Due } from "./due.ts";
import type { PlannedCreation } from "./stored-plan.ts";

/**
 * The snapshot to be made for a slot. One of that slot that an earlier run has begun is gone on with under its own
 * name, whatever the prefix is now.
 *
 * @throws PolyvolError `failed_precondition` for a volume in use that must not be, and where a clock is wrong; `out_of_range`, `invalid_argument`
 * for a name that the provider does not take
 */
export function planCreation(
  cloud: ObservedCloud,
  volume: Volume,
  policy: Policy,
  own: readonly ObservedSnapshot[],
  wanted: NonNullable<Due["wanted"]>,
): PlannedCreation {
  const { slot, reason } = wanted;
  const base = { policyId: policy.id, slot: slot.toISOString() };
  const begun = own.find(
    (each) => isUnfinished(each) && each.early !== true && each.backupName?.slot.getTime() === slot.getTime(),
  );
  if (begun !== undefined) {
    const { name } = begun.snapshot;
    return { ...base, name, reason: `${reason}; one is being made, to be waited for`, begun: true };
  }
  // A hook may be there to detach it; then it is looked at afterwards.
  if (policy.hooks.before === undefined) refuseAttached(policy, volume, "plan");
  const rule = cloud.capabilities.limits.snapshotName;
  const nameWith = (template: string): string => {
    const prefix = fillPrefix(template, { cloud: cloud.name, volume: volume.name }, policy.id, rule);
    if (prefix === undefined) {
      const message =
        `the names of policy ${policy.id} have at least ${nameLength(1, policy.id)} characters ` +
        `(prefix 1 + id ${policy.id.length} + slot 16 + hash 10 + 3 times -); allowed: ${rule.maxLength}`;
      throw refusal("out_of_range", message, cloud, volume);
    }
    return snapshotName(prefix, policy.id, volume.id, slot);
  };
  // A wrong clock, or a deletion that failed, may have used the name up, and the prefix is free. Once: else a clock that
  // is wrong still would do it again and again.
  const early = new Set(own.filter((each) => each.early === true).map(nameOf));
  const used = new Set([...early, ...own.filter(failedLater).map(nameOf)]);
  const first = nameWith(policy.prefix);
  const name = used.has(first) ? nameWith(`again-${policy.prefix}`) : first;
  if (early.has(name)) {
    const message =
      `two snapshots of slot ${base.slot} are older than the slot: this machine's clock or the provider's is wrong; ` +
      "set it, and delete one of the two";
    throw refusal("failed_precondition", message, cloud, volume);
  }
  if (!new RegExp(`^(?:${rule.pattern})$`).test(name)) {
    const message = `name: found ${JSON.stringify(name)}; allowed: ${rule.inWords}`;
    throw refusal("invalid_argument", message, cloud, volume);
  }
  return { ...base, name, reason };
}

function nameOf({ snapshot }: ObservedSnapshot): string {
  return snapshot.name;
}

/** @throws PolyvolError `failed_precondition` for a volume in use where the policy wants it at rest */
export function refuseAttached(policy: Policy, volume: Volume, operation: string): void {
  const use = policy.allowAttached ? undefined : inUse(volume);
  if (use === undefined) return;
  const message = `policy ${policy.id} says allowAttached: false, and the volume is ${use}`;
  const resource = { kind: "volume", id: volume.id, name: volume.name } as const;
  throw new PolyvolError("failed_precondition", message, { provider: volume.provider, operation, resource });
}

function refusal(
  code: "out_of_range" | "invalid_argument" | "failed_precondition",
  message: string,
  cloud: ObservedCloud,
  volume: Volume,
): PolyvolError {
  const resource = { kind: "volume", id: volume.id, name: volume.name } as const;
  return new PolyvolError(code, message, { provider: cloud.provider, operation: "plan", resource });
}
