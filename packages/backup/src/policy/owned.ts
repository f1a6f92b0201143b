import type { SeenSnapshot } from "../observe/world.ts";
import type { Policy } from "./types.ts";

/** Whether snapshots of this policy id are the policy's: its own id, or one that it had. */
export function ownsId({ id, formerIds }: Policy, policyId: string | undefined): boolean {
  return policyId !== undefined && (policyId === id || formerIds.includes(policyId));
}

/** Those that the policy owns, each with the slot that it counts as by the time zone data here. */
export function ownedBy(policy: Policy, snapshots: readonly SeenSnapshot[]): readonly SeenSnapshot[] {
  return snapshots
    .filter(({ ours }) => ownsId(policy, ours?.policyId))
    .map((seen) => {
      const named = seen.ours?.slot.getTime() ?? 0;
      const slot = policy.schedule.countedAs(named);
      return seen.ours === undefined || slot === named
        ? seen
        : { ...seen, ours: { ...seen.ours, slot: new Date(slot) } };
    });
}

/** A provider's word for an error of a later change, such as `error_deleting`. */
const LATER_ERROR = /^error[^a-z]+[a-z]/i;

/**
 * Whether a snapshot is in an error state that a later change of it has left, such as a deletion that failed: it does
 * not count, and what it holds may still be good.
 */
export function failedLater({ snapshot: { state, providerState = "" } }: SeenSnapshot): boolean {
  return state === "error" && LATER_ERROR.test(providerState);
}

/**
 * Whether a snapshot of ours was never made: it is no backup, and may go whatever the rules say. Held, it stays for the
 * person who holds it.
 */
export function isFailed(seen: SeenSnapshot): boolean {
  const { snapshot, ours, held } = seen;
  return ours !== undefined && snapshot.state === "error" && !held && !failedLater(seen);
}
