import type { BackupProblem } from "../problem.ts";

/**
 * What a run would do, as plain JSON: it can be stored, read by people, and applied later. Instants are ISO 8601 in
 * UTC. Every list has a fixed order, so two plans of one world are the same text.
 */
export interface BackupPlan {
  readonly format: "polyvol-backup-plan";
  readonly version: 1;
  /** The instant that it was computed for. */
  readonly now: string;
  /** Digest of the policies and of everything in the clouds that it was computed from. */
  readonly basis: string;
  readonly clouds: readonly PlannedCloud[];
  /** Every volume that a policy chooses, by cloud and id. */
  readonly volumes: readonly VolumePlan[];
  /** What cannot be done and why. A plan without any is a plan that can be carried out in full. */
  readonly problems: readonly BackupProblem[];
  readonly totals: { readonly create: number; readonly delete: number; readonly keep: number };
  /** Digest of everything above: shows accidents. Whoever edits a plan can renew it; `apply` does not rely on it. */
  readonly digest: string;
}

/** What a run costs on one cloud. */
export interface PlannedCloud {
  readonly cloud: string;
  readonly provider: string;
  readonly volumes: number;
  /** Requests when nothing goes wrong: reading everything, creations with their waiting, deletions with their checks. */
  readonly requests: {
    readonly read: number;
    readonly create: number;
    readonly delete: number;
    readonly total: number;
  };
  /** The shortest time in milliseconds that the provider's request quotas and snapshot gaps allow. */
  readonly shortestMs: number;
}

/** What becomes of one volume's snapshots. */
export interface VolumePlan {
  readonly cloud: string;
  readonly provider: string;
  readonly volumeId: string;
  readonly volumeName: string;
  readonly policies: readonly PlannedPolicy[];
  /** In the order in which they are made. */
  readonly create: readonly PlannedCreation[];
  /** In the order in which they go. */
  readonly delete: readonly PlannedDeletion[];
  /** Every other snapshot of the volume, newest first. */
  readonly keep: readonly PlannedKeep[];
}

/** Where a policy stands on a volume. */
export interface PlannedPolicy {
  readonly policyId: string;
  /** The newest slot that is due; absent when the schedule has none yet. */
  readonly dueSlot?: string;
  /** The slot of the newest good snapshot; absent when there is none. */
  readonly newestSlot?: string;
  /** Slots after the newest good snapshot that nothing was made for and that are past now. */
  readonly missed: MissedSlots;
}

export interface MissedSlots {
  readonly count: number;
  /** There are more than `count`; counting stopped. */
  readonly more: boolean;
  readonly first?: string;
  readonly last?: string;
}

export interface PlannedCreation {
  readonly policyId: string;
  readonly slot: string;
  readonly name: string;
  readonly reason: string;
}

export interface PlannedDeletion {
  readonly policyId: string;
  readonly snapshotId: string;
  readonly name: string;
  readonly slot: string;
  readonly createdAt: string;
  readonly reason: string;
}

export interface PlannedKeep {
  readonly snapshotId: string;
  readonly name: string;
  readonly createdAt: string;
  /** Absent when no policy that chooses the volume owns it. */
  readonly policyId?: string;
  readonly slot?: string;
  /** Never empty. */
  readonly reasons: readonly string[];
}
