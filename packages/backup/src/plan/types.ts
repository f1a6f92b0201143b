import type { RequestQuota } from "@polyvol/core";
import type { BackupProblem } from "../problem.ts";
import type { ReportedShard } from "../shard/scope.ts";

/**
 * What a run would do, as plain JSON: it can be stored, read by people, and applied later. Instants are ISO 8601 in
 * UTC. Every list has a fixed order, so two plans of one world are the same text.
 */
export interface BackupPlan {
  /** What this is. */
  readonly format: "polyvol-backup-plan";
  /** Of this form. */
  readonly version: 1;
  /** The instant that it was computed for. */
  readonly now: string;
  /** Version of the time zone data that its slots were computed by, such as `2026c`; absent where that is not known. */
  readonly timeZoneData?: string;
  /** Only prunes: nothing is made. */
  readonly pruneOnly?: true;
  /** `brakes.maxShare` is lifted. */
  readonly liftBrake?: true;
  /** The shard that it is about; absent where it is about all clouds. */
  readonly shard?: ReportedShard;
  /** Digest of the policies and of everything in the clouds that it was computed from. */
  readonly basis: string;
  /** What a run costs, by cloud. */
  readonly clouds: readonly PlannedCloud[];
  /** Where the bounds of accounts lie whose provider states a quota of requests; absent where there are none. */
  readonly bounds?: readonly PlannedBound[];
  /** Every volume that a policy chooses, by cloud and id. */
  readonly volumes: readonly VolumePlan[];
  /** What cannot be done and why. A plan without any is a plan that can be carried out in full. */
  readonly problems: readonly BackupProblem[];
  /** Over all volumes. */
  readonly totals: {
    /** Snapshots to be made. */
    readonly create: number;
    /** Snapshots to be deleted. */
    readonly delete: number;
    /** Snapshots that stay. */
    readonly keep: number;
  };
  /** Digest of everything above: shows accidents. Whoever edits a plan can renew it; `apply` does not rely on it. */
  readonly digest: string;
}

/** What a run costs on one cloud. */
export interface PlannedCloud {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The driver's provider name. */
  readonly provider: string;
  /** Volumes that a policy chooses. */
  readonly volumes: number;
  /** Requests when nothing goes wrong: reading everything, creations with their waiting, deletions with their checks. */
  readonly requests: {
    /** To read everything. */
    readonly read: number;
    /** For creations. */
    readonly create: number;
    /** For deletions. */
    readonly delete: number;
    /** All of them. */
    readonly total: number;
  };
  /** The shortest time in milliseconds that the provider's request quotas and snapshot gaps allow. */
  readonly shortestMs: number;
}

/**
 * How long the requests of one account take at the least, by the quotas that its provider states, and how often they come.
 * Known before anything is done.
 */
export interface PlannedBound {
  /** Its key where accounts were given, else the name of its cloud. */
  readonly account: string;
  /** Its clouds that could be read and that policies are about. */
  readonly clouds: readonly string[];
  /** The quota that allows the fewest requests in the long run. */
  readonly quota: RequestQuota;
  /** Requests of this plan. */
  readonly requests: number;
  /** The shortest time in milliseconds that the quotas allow for them, when nothing else uses the account. */
  readonly shortestMs: number;
  /**
   * Requests of each `intervalMs`, run after run: each policy makes a snapshot of each of its volumes and deletes one as
   * often as its schedule says, and everything is read once.
   */
  readonly roundRequests: number;
  /** The time in milliseconds that the quota takes for so many, again and again. */
  readonly roundMs: number;
  /** The shortest time in milliseconds between two slots of the account's policies. */
  readonly intervalMs: number;
  /** One of the two takes longer than that: slots are missed, however many machines there are. */
  readonly tooLarge: boolean;
}

/** Where something is, or happens. */
export interface VolumePlace {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The driver's provider name. */
  readonly provider: string;
  /** Id of the volume. */
  readonly volumeId: string;
  /** Its name. */
  readonly volumeName: string;
}

/** What becomes of one volume's snapshots. */
export interface VolumePlan extends VolumePlace {
  /** The policies that choose it, by id. */
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
  /** The policy. */
  readonly policyId: string;
  /** The newest slot that is due; absent when the schedule has none yet. */
  readonly dueSlot?: string;
  /** The slot of the newest good snapshot; absent when there is none. */
  readonly newestSlot?: string;
  /** Slots after the newest good snapshot that nothing was made for and that are past now. */
  readonly missed: MissedSlots;
  /** Where more would go than `brakes.maxShare`: how many that no rule keeps stay for now. */
  readonly braked?: number;
}

/** Slots that passed without a snapshot. */
export interface MissedSlots {
  /** How many. */
  readonly count: number;
  /** There are more than `count`; counting stopped. */
  readonly more: boolean;
  /** The earliest; absent when there is none. */
  readonly first?: string;
  /** The latest that was counted; absent when there is none. */
  readonly last?: string;
}

/** A snapshot to be made. */
export interface PlannedCreation {
  /** The policy that asks for it. */
  readonly policyId: string;
  /** The slot that it is of. */
  readonly slot: string;
  /** The name that it gets. */
  readonly name: string;
  /** Why, for people. */
  readonly reason: string;
  /** It is being made already, and only waited for. */
  readonly begun?: true;
}

/** A snapshot to be deleted: one that no rule keeps, or one that has failed. */
export interface PlannedDeletion {
  /** The policy that owns it. */
  readonly policyId: string;
  /** Its id. */
  readonly snapshotId: string;
  /** Its name. */
  readonly name: string;
  /** The slot that it is of. */
  readonly slot: string;
  /** When it was taken. */
  readonly createdAt: string;
  /** Why, for people. */
  readonly reason: string;
  /** It has failed and is no backup: it goes before anything else is done, if it still has failed by then. */
  readonly failed?: true;
  /** A later change, such as its deletion, has left it in error: it is deleted again, and where that fails, nothing is stopped. */
  readonly again?: true;
  /** It goes before the new snapshot is made, as there is no room for both: without that one no rule keeps it either. */
  readonly first?: true;
}

/** A snapshot that stays. */
export interface PlannedKeep {
  /** Its id. */
  readonly snapshotId: string;
  /** Its name. */
  readonly name: string;
  /** When it was taken. */
  readonly createdAt: string;
  /** Absent when no policy that chooses the volume owns it. */
  readonly policyId?: string;
  /** The slot that it is of; absent when no policy owns it. */
  readonly slot?: string;
  /** Never empty. */
  readonly reasons: readonly string[];
}

/** What a plan is asked to leave out or to go beyond. */
export interface PlanChoices {
  /** Only prunes: nothing is made, and what no rule keeps without a new snapshot goes. Default false. */
  readonly pruneOnly?: boolean | undefined;
  /** Lets everything go that no rule keeps, whatever `brakes.maxShare` says; the minimum age holds. Default false. */
  readonly liftBrake?: boolean | undefined;
}
