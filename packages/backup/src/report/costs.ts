import type { ObservedCloud, ObservedSnapshot } from "../observe/inventory.ts";
import type { ReportedCloud, ReportedCost, SnapshotPrice } from "./types.ts";

/** What snapshots take and cost. Nothing is made up: what a provider does not state is in no sum. */
export function costOf(
  snapshots: readonly ObservedSnapshot[],
  price: SnapshotPrice | undefined,
): ReportedCost {
  let billableGiB = 0;
  let unstated = 0;
  for (const { snapshot } of snapshots) {
    if (snapshot.billableGiB === undefined) unstated += 1;
    else billableGiB += snapshot.billableGiB;
  }
  const isKnown = price !== undefined && (unstated < snapshots.length || snapshots.length === 0);
  return {
    snapshots: snapshots.length,
    billableGiB: rounded(billableGiB),
    unstated,
    ...(isKnown ? { perMonth: rounded(billableGiB * price.perGiBMonth) } : {}),
  };
}

/** By what the provider charges, as far as its own answers tell. */
export function billingOf({ snapshots }: ObservedCloud): NonNullable<ReportedCloud["billing"]> {
  const all = [...snapshots.values()].flat();
  const stated = all.filter(({ snapshot }) => snapshot.billableGiB !== undefined).length;
  if (all.length === 0) return "nothing_there";
  if (stated === all.length) return "stated";
  return stated === 0 ? "unknown" : "partly";
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
