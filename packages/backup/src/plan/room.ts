import type { Limits } from "@polyvol/core";
import { groupBy } from "../ordering.ts";
import type { PlannedCreation, PlannedDeletion, VolumePlan } from "./types.ts";

/** One step on a volume: a creation, or the deletions of one policy. */
export type VolumeStep =
  | { readonly kind: "create"; readonly creation: PlannedCreation }
  | { readonly kind: "delete"; readonly policyId: string; readonly deletions: readonly PlannedDeletion[] };

/**
 * The order of work on a volume: every creation before any deletion, as long as the provider has room for that. Where
 * it has not, policies that have their new snapshot already make room first. Undefined when there is no such order.
 */
export function stepsOf(
  volume: Pick<VolumePlan, "create" | "delete" | "keep">,
  limits: Limits,
): readonly VolumeStep[] | undefined {
  const { create, delete: deletions, keep } = volume;
  const left = groupBy(deletions, ({ policyId }) => policyId);
  const waiting = new Set(create.map(({ policyId }) => policyId));
  const limit =
    limits.snapshotsPerVolume === "unknown" ? Number.POSITIVE_INFINITY : limits.snapshotsPerVolume;
  let free = limit - keep.length - deletions.length;
  const steps: VolumeStep[] = [];
  const prune = (mayGo: (policyId: string) => boolean): void => {
    for (const [policyId, own] of left) {
      if (!mayGo(policyId)) continue;
      steps.push({ kind: "delete", policyId, deletions: own });
      left.delete(policyId);
      free += own.length;
    }
  };
  for (const creation of create) {
    // One that an earlier run has begun is there already.
    const needed = keep.some(({ name }) => name === creation.name) ? 0 : 1;
    if (free < needed) prune((policyId) => !waiting.has(policyId));
    if (free < needed) return undefined;
    steps.push({ kind: "create", creation });
    waiting.delete(creation.policyId);
    free -= needed;
  }
  prune(() => true);
  return steps;
}
