import type { RunReport } from "../apply/report.ts";
import { parseSnapshotName } from "../naming.ts";
import type { Policy } from "../policy/types.ts";
import type { RunRecord } from "../record/entry.ts";
import { dueAgainAt, indexOffsite } from "./standing.ts";

/** A volume whose turn it is to leave its cloud, by one policy. */
export interface OffsiteDue {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** Id of the volume. */
  readonly volumeId: string;
  /** Its name. */
  readonly volumeName: string;
  /** The policy. */
  readonly policyId: string;
}

/**
 * Which volumes are due off-site when a run has ended, as far as a record says it. One without any good snapshot is not,
 * nor one whose newest has left. Looks at nothing.
 */
export function offsiteDue(
  { plan, volumes, finishedAt }: RunReport,
  policies: readonly Policy[],
  record: RunRecord,
): readonly OffsiteDue[] {
  const lastOffsite = indexOffsite(record, Date.parse(finishedAt));
  const made = new Map(
    volumes.flatMap(({ cloud, volumeId, created }) =>
      created.map(({ policyId, slot }) => [JSON.stringify([cloud, volumeId, policyId]), slot] as const),
    ),
  );
  return plan.volumes.flatMap(({ cloud, volumeId, volumeName, policies: own }) =>
    own.flatMap(({ policyId, newestSlot }): OffsiteDue[] => {
      const policy = policies.find(({ id }) => id === policyId);
      const newest = made.get(JSON.stringify([cloud, volumeId, policyId])) ?? newestSlot;
      if (policy?.offsite === undefined || newest === undefined) return [];
      const last = lastOffsite?.(policy, cloud, volumeId);
      const left = parseSnapshotName(last?.snapshot?.name ?? "", volumeId)?.slot.toISOString();
      const isNewer = left === undefined || newest > left;
      const isDue =
        last === undefined || (isNewer && Date.parse(finishedAt) >= dueAgainAt(policy.offsite, last));
      return isDue ? [{ cloud, volumeId, volumeName, policyId }] : [];
    }),
  );
}
