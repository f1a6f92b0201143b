import { isGood, type ObservedSnapshot } from "../observe/inventory.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { Policy } from "./types.ts";

/** Whether snapshots of this policy id are the policy's: its own id, or one that it had. */
export function ownsId({ id, formerIds }: Policy, policyId: string | undefined): boolean {
  return policyId !== undefined && (policyId === id || formerIds.includes(policyId));
}

/** Those that the policy owns, each with the slot that it counts as by the time zone data here. */
export function ownedBy(policy: Policy, snapshots: readonly ObservedSnapshot[]): readonly ObservedSnapshot[] {
  const { schedule } = policy;
  const own = snapshots.filter(({ backupName }) => ownsId(policy, backupName?.policyId));
  if (own.every((seen) => schedule.countedAs(slotOf(seen)) === slotOf(seen))) return own;
  const counted = countedInOrder(schedule, own);
  return own.map((seen) => {
    const named = slotOf(seen);
    const slot = counted.get(named) ?? schedule.countedAs(named);
    return seen.backupName === undefined || slot === named
      ? seen
      : { ...seen, backupName: { ...seen.backupName, slot: new Date(slot) } };
  });
}

function slotOf({ backupName }: ObservedSnapshot): number {
  return backupName?.slot.getTime() ?? 0;
}

/**
 * The slots that good snapshots count as, by those that their names say. Of a schedule that has changed, several names lie
 * around one slot: two never count as one, and none as older than one that was taken before it.
 */
function countedInOrder(
  { countedAs }: Schedule,
  own: readonly ObservedSnapshot[],
): ReadonlyMap<number, number> {
  const good = own.filter((seen) => isGood(seen) && seen.early !== true);
  const named = [...new Set(good.map(slotOf))].sort((a, b) => a - b);
  const counted = new Map<number, number>();
  let latest = Number.NEGATIVE_INFINITY;
  for (const [index, slot] of named.entries()) {
    const other = countedAs(slot);
    const next = named[index + 1] ?? Number.POSITIVE_INFINITY;
    latest = latest < other && other < next ? other : slot;
    counted.set(slot, latest);
  }
  return counted;
}

/** A provider's word for an error of a later change, such as `error_deleting`. */
const LATER_ERROR = /^error[^a-z]+[a-z]/i;

/**
 * Whether a snapshot is in an error state that a later change of it has left, such as a deletion that failed: it does
 * not count, and what it holds may still be good.
 */
export function failedLater({ snapshot }: ObservedSnapshot): boolean {
  const { state, providerState = "" } = snapshot;
  return state === "error" && (snapshot.failedLater === true || LATER_ERROR.test(providerState));
}

/**
 * Whether a snapshot of ours was never made: it is no backup, and may go whatever the rules say. Held, it stays for the
 * person who holds it.
 */
export function isFailed(seen: ObservedSnapshot): boolean {
  const { snapshot, backupName, held } = seen;
  return backupName !== undefined && snapshot.state === "error" && !held && !failedLater(seen);
}
