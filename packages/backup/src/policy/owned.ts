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

/**
 * Whether a snapshot of ours has failed: it is no backup, and may go whatever the rules say. Held, it stays for the
 * person who holds it.
 */
export function isFailed({ snapshot, ours, held }: SeenSnapshot): boolean {
  return ours !== undefined && snapshot.state === "error" && !held;
}
