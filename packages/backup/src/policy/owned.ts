import type { SeenSnapshot } from "../observe/world.ts";
import type { Policy } from "./types.ts";

/** Those that the policy owns. */
export function ownedBy(policy: Policy, snapshots: readonly SeenSnapshot[]): readonly SeenSnapshot[] {
  return snapshots.filter(({ ours }) => ours?.policyId === policy.id);
}

/**
 * Whether a snapshot of ours has failed: it is no backup, and may go whatever the rules say. Held, it stays for the
 * person who holds it.
 */
export function isFailed({ snapshot, ours, held }: SeenSnapshot): boolean {
  return ours !== undefined && snapshot.state === "error" && !held;
}
