import { tagTexts } from "@polyvol/core";
import { omitUndefined } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { isGood, type ObservedCloud, type ObservedSnapshot } from "../observe/inventory.ts";
import type { VolumePlan } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import { isKeptByTags } from "../retention/tags.ts";
import type { Outlook } from "./outlook.ts";
import type { ReportedCloud, ReportedCost, ReportedSnapshot, SnapshotGoes, SnapshotPrice } from "./types.ts";

/** All snapshots of a volume, newest first, with what keeps each and when it will go. */
export function snapshotsOf(
  all: readonly ObservedSnapshot[],
  own: ReadonlyMap<Policy, readonly ObservedSnapshot[]>,
  outlooks: ReadonlyMap<Policy, Outlook>,
  plan: VolumePlan | undefined,
): readonly ReportedSnapshot[] {
  const kept = new Map((plan?.keep ?? []).map((each) => [each.snapshotId, each.reasons]));
  const going = new Map((plan?.delete ?? []).map((each) => [each.snapshotId, each.reason]));
  const owners = new Map(
    [...own].flatMap(([policy, owned]) => owned.map((seen) => [seen.snapshot.id, { policy, seen }] as const)),
  );
  return all
    .map((each): ReportedSnapshot => {
      const { id, name, createdAt, state, billableGiB } = each.snapshot;
      const owner = owners.get(id);
      const slot = owner?.seen.backupName?.slot;
      const reason = going.get(id);
      const outlook = owner && outlooks.get(owner.policy);
      const goes: SnapshotGoes =
        reason === undefined ? goesOf(each, outlook, slot, owner?.policy) : { when: "next_run" };
      return omitUndefined({
        snapshotId: id,
        name,
        createdAt: createdAt.toISOString(),
        state,
        policyId: owner?.policy.id,
        slot: slot?.toISOString(),
        held: each.held || undefined,
        reasons: kept.get(id) ?? (reason === undefined ? [`state ${state}`] : [reason]),
        goes,
        billableGiB,
      });
    })
    .sort((a, b) => compareText(b.createdAt, a.createdAt) || compareText(a.snapshotId, b.snapshotId));
}

function goesOf(
  seen: ObservedSnapshot,
  outlook: Outlook | undefined,
  slot: Date | undefined,
  policy: Policy | undefined,
): SnapshotGoes {
  if (seen.held) return { when: "never", why: "held" };
  if (outlook === undefined || slot === undefined) return { when: "never", why: "no_policy" };
  if (!isGood(seen) || seen.early === true) return { when: "never", why: "not_counted" };
  const at = outlook.goesAt.get(slot.getTime());
  if (at !== undefined) return { when: "at", at: new Date(at).toISOString() };
  const { keepTags } = policy?.retention ?? {};
  if (isKeptByTags(keepTags, tagTexts(seen.snapshot))) return { when: "never", why: "tagged" };
  return { when: "later", at: new Date(outlook.until).toISOString() };
}

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
