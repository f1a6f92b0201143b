import type { ObservedSnapshot } from "../observe/inventory.ts";
import type { Policy } from "./types.ts";

/** Whether snapshots of this policy id are the policy's: its own id, or one that it had. */
export function ownsId({ id, formerIds }: Policy, policyId: string | undefined): boolean {
  return policyId !== undefined && (policyId === id || formerIds.includes(policyId));
}

/** Those that the policy owns, each with the slot that it counts as by the time zone data here. */
export function ownedBy(policy: Policy, snapshots: readonly ObservedSnapshot[]): readonly ObservedSnapshot[] {
  return snapshots
    .filter(({ backupName }) => ownsId(policy, backupName?.policyId))
    .map((seen) => {
      const named = seen.backupName?.slot.getTime() ?? 0;
      const slot = policy.schedule.countedAs(named);
      return seen.backupName === undefined || slot === named
        ? seen
        : { ...seen, backupName: { ...seen.backupName, slot: new Date(slot) } };
    });
}

/** A provider's word for an error of a later change, such as `error_deleting`. */
const LATER_ERROR = /^error[^a-z]+[a-z]/i;

/**
 * Whether a snapshot is in an error state that a later change of it has left, such as a deletion that failed: it does
 * not count, and what it holds may still be good.
 */
export function failedLater({ snapshot: { state, providerState = "" } }: ObservedSnapshot): boolean {
  return state === "error" && LATER_ERROR.test(providerState);
}

/**
 * Whether a snapshot of ours was never made: it is no backup, and may go whatever the rules say. Held, it stays for the
 * person who holds it.
 */
export function isFailed(seen: ObservedSnapshot): boolean {
  const { snapshot, backupName, held } = seen;
  return backupName !== undefined && snapshot.state === "error" && !held && !failedLater(seen);
}
