import { compareText } from "../compare-text.ts";
import { isGood, type ObservedSnapshot } from "../observe/inventory.ts";

/** Several snapshots of one volume under one of our names. */
export interface SurplusGroup {
  readonly name: string;
  /** The one that counts: of the good ones, or of all when none is good, what the provider made first. */
  readonly counts: ObservedSnapshot;
  readonly surplus: readonly ObservedSnapshot[];
}

/**
 * Where names are not enforced, a request that took effect very late can leave a second snapshot of one name. It is
 * never deleted without being looked at by a person.
 */
export function findSurplus(snapshots: readonly ObservedSnapshot[]): readonly SurplusGroup[] {
  const live = snapshots.filter(
    ({ backupName, snapshot }) =>
      backupName !== undefined && snapshot.state !== "deleting" && snapshot.state !== "error",
  );
  const groups: SurplusGroup[] = [];
  for (const [name, group] of Map.groupBy(live, ({ snapshot }) => snapshot.name)) {
    const [counts, ...surplus] = group.toSorted(firstMade);
    if (counts !== undefined && surplus.length > 0) groups.push({ name, counts, surplus });
  }
  return groups;
}

/** Ids of all that do not count. */
export function surplusIds(groups: readonly SurplusGroup[]): ReadonlySet<string> {
  return new Set(groups.flatMap(({ surplus }) => surplus.map(({ snapshot }) => snapshot.id)));
}

function firstMade(a: ObservedSnapshot, b: ObservedSnapshot): number {
  const good = Number(isGood(b)) - Number(isGood(a));
  const time = a.snapshot.createdAt.getTime() - b.snapshot.createdAt.getTime();
  return good || time || compareText(a.snapshot.id, b.snapshot.id);
}
