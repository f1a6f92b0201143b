import type { Limit, SnapshotState } from "@polyvol/core";
import type { Finding } from "../audit/finding.ts";
import type { PlannedKeep, VolumePlace } from "../plan/stored-plan.ts";
import type { BackupProblem } from "../problem.ts";
import type { LineAside, OffsiteEntry, RestoreEntry, RunEntry } from "../record/entry.ts";
import type { BackupStatus, VolumeStatus } from "../status/status.ts";

/**
 * What a day of one policy on one volume was. Of several slots in a day it is the one that needs most attention, in this
 * order:
 *
 * - `failed`: a run tried and came to nothing, or the snapshot is in error.
 * - `overdue`: due, the grace is over, and a run can still make it.
 * - `missed`: it is not there though the rules would keep it, or the record knows of no run that could have made it.
 * - `late`: made, but later after its slot than the grace.
 * - `due`: it came due within the grace, or is being made.
 * - `held`: made, and a hold keeps it.
 * - `made`: made.
 * - `pruned`: made and deleted again since no rule kept it, by the record.
 * - `unknown`: it is not there, and nothing says whether it was made.
 * - `before`: the volume did not exist yet.
 * - `none`: the schedule has no slot on that day.
 */
export type DayState =
  | "failed"
  | "overdue"
  | "missed"
  | "late"
  | "due"
  | "held"
  | "made"
  | "pruned"
  | "unknown"
  | "before"
  | "none";

/** One day of one policy on one volume. */
export interface DayCell {
  /** What needs most attention of its slots. */
  readonly state: DayState;
  /** Slots of that day until now. */
  readonly slots: number;
  /** How many of them have a good snapshot now. */
  readonly there: number;
  /** The code of the reason, where the record gives one. */
  readonly code?: BackupProblem["code"];
}

/** How a policy stands on a volume, with its last days. */
export interface ReportedStanding
  extends Pick<
    VolumeStatus,
    | "policyId"
    | "freshness"
    | "dueSlot"
    | "nextSlot"
    | "newest"
    | "overdueMs"
    | "missed"
    | "snapshots"
    | "failed"
    | "offsite"
  > {
  /** In the order of `days` of the report. */
  readonly days: readonly DayCell[];
}

/**
 * When a snapshot will go.
 *
 * - `at`: in the run of this slot, by the rules, as long as every run comes on time.
 * - `next_run`: in the next run that makes a snapshot: no rule keeps it any more, or it has failed.
 * - `later`: not before this instant; the report looks no further.
 * - `never`: as long as what is said in `why` holds.
 */
export type SnapshotGoes =
  | { readonly when: "at"; readonly at: string }
  | { readonly when: "next_run" }
  | { readonly when: "later"; readonly at: string }
  | { readonly when: "never"; readonly why: "held" | "tagged" | "no_policy" | "not_counted" };

/** A snapshot of a volume that a policy chooses. */
export interface ReportedSnapshot extends PlannedKeep {
  /** Where it is in its life. */
  readonly state: SnapshotState;
  /** A hold keeps it. */
  readonly held?: true;
  /** Why it stays, or why it goes in the next run. Never empty. */
  readonly reasons: readonly string[];
  /** When it will go. */
  readonly goes: SnapshotGoes;
  /** What the provider says that it charges for, in GiB; absent where it does not say. */
  readonly billableGiB?: number;
}

/** What snapshots take and cost. */
export interface ReportedCost {
  /** How many snapshots. */
  readonly snapshots: number;
  /** The sum of what the provider says that it charges for, in GiB. */
  readonly billableGiB: number;
  /** Of how many snapshots the provider does not say it. They are in no sum. */
  readonly unstated: number;
  /** The price of `billableGiB` for a month, in the currency of the price; absent without a price. */
  readonly perMonth?: number;
}

/** A volume that a policy chooses. */
export interface ReportedVolume extends Omit<VolumePlace, "provider"> {
  /** The provider's name of its region. */
  readonly region: string;
  /** Its size. */
  readonly sizeGiB: number;
  /** How each policy that chooses it stands, by id. */
  readonly policies: readonly ReportedStanding[];
  /** All its snapshots, newest first. */
  readonly snapshots: readonly ReportedSnapshot[];
  /** Of all its snapshots. */
  readonly cost: ReportedCost;
  /** How many snapshots it will have in a month, by the rules, when every run comes on time. */
  readonly inAMonth: number;
}

/** What a snapshot is priced at on a cloud, from the configuration. */
export interface SnapshotPrice {
  /** For each GiB that the provider charges for, for a month. */
  readonly perGiBMonth: number;
  /** Of that price, such as `USD`. */
  readonly currency: string;
}

/** A cloud of the configuration. */
export interface ReportedCloud {
  /** Its name in the configuration. */
  readonly cloud: string;
  /** The driver's provider name; absent where the cloud could not be seen. */
  readonly provider?: string;
  /** Whether it was read in full. What is not seen is unknown: neither good nor missing. */
  readonly seen: boolean;
  /** Why it was not. */
  readonly problem?: BackupProblem;
  /** Volumes that policies choose; absent where it was not seen. */
  readonly volumes?: number;
  /** Most snapshots of one volume, by the provider's documentation. */
  readonly snapshotsPerVolume?: Limit;
  /** The most snapshots that one of its volumes has now, and will have in a month. */
  readonly fullest?: {
    /** Now. */
    readonly now: number;
    /** In a month. */
    readonly inAMonth: number;
  };
  /**
   * What the provider charges snapshots by. `stated`: it states a size for each, in GiB. `partly`: for some. `unknown`:
   * for none, so nothing can be said of cost. `nothing_there`: there are no snapshots to tell it by.
   */
  readonly billing?: "stated" | "partly" | "unknown" | "nothing_there";
  /** From the configuration. */
  readonly price?: SnapshotPrice;
  /** Of all snapshots there, those of other people included. */
  readonly cost?: ReportedCost;
}

/** A policy on one cloud. */
export interface ReportedPolicy {
  /** The policy. */
  readonly policyId: string;
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** When, as written in the policy: `0 3 * * *` or `6h`. */
  readonly schedule: string;
  /** The time zone of its days. */
  readonly timezone: string;
  /** Its retention rules in short: `daily 7, weekly 4`. */
  readonly rules: string;
  /** Whether the cloud was seen. Without that, all that follows is absent. */
  readonly seen: boolean;
  /** Volumes that it chooses there. */
  readonly volumes?: number;
  /** Its good snapshots there now. */
  readonly snapshots?: number;
  /** Its good snapshots there in a month, by the rules, when every run comes on time. */
  readonly inAMonth?: number;
  /** Of all that it owns there. */
  readonly cost?: ReportedCost;
}

/** A volume that nothing backs up. */
export interface UnprotectedVolume
  extends Pick<ReportedVolume, "cloud" | "volumeId" | "volumeName" | "region" | "sizeGiB"> {}

/** A proof that a snapshot could be restored. */
export interface RestoreProof extends Pick<RestoreEntry, "cloud" | "volumeId" | "volumeName" | "restoreMs"> {
  /** When. */
  readonly at: string;
  /** `drill`, `restore`, `offsite`: the record says so. `volume`: a volume that was made from the snapshot is there. */
  readonly by: "drill" | "restore" | "offsite" | "volume";
}

/** How the backups of a fleet stand, as plain JSON. Instants are ISO 8601 in UTC. */
export interface BackupReport {
  /** What this is. */
  readonly format: "polyvol-backup-report";
  /** Of this form. */
  readonly version: 1;
  /** The instant that it holds for. */
  readonly now: string;
  /** As `status` says it. */
  readonly verdict: BackupStatus["verdict"];
  /** The verdict in one sentence, for people. */
  readonly sentence: string;
  /** What cannot be known from what was given, and what would change that. Full sentences. */
  readonly unknown: readonly string[];
  /** How long after its slot a snapshot counted as on time. */
  readonly graceMs: number;
  /** Over all policies on all volumes. */
  readonly counts: BackupStatus["counts"];
  /** The calendar days of the report, oldest first, each `2026-11-21`: of the zone of each policy. */
  readonly days: readonly string[];
  /** By name. */
  readonly clouds: readonly ReportedCloud[];
  /** By policy id and cloud. */
  readonly policies: readonly ReportedPolicy[];
  /** Volumes that policies choose, by cloud and id. */
  readonly volumes: readonly ReportedVolume[];
  /** Volumes that no policy chooses, by cloud and id. */
  readonly unprotected: readonly UnprotectedVolume[];
  /** Clouds of which it cannot be said whether there are such. */
  readonly unprotectedUnknown: readonly string[];
  /** What else the audit found. */
  readonly findings: readonly Finding[];
  /** Restores that succeeded: the newest of each volume, newest first. */
  readonly proofs: readonly RestoreProof[];
  /** The drills and restores of the record until `at`, newest first, at most 200. Absent without a record. */
  readonly drills?: readonly RestoreEntry[];
  /** What has left the clouds by the record until `at`, or was meant to, newest first, at most 200. Absent without a record. */
  readonly offsites?: readonly OffsiteEntry[];
  /** The runs of the record until `at` without their slots, newest first, at most 200. Absent without a record. */
  readonly runs?: readonly Omit<RunEntry, "made" | "unmade" | "deleted">[];
  /** What the record covers. Absent without one. */
  readonly record?: {
    /** When its first entry began; absent when it has none. */
    readonly since?: string;
    /** How many entries it has. */
    readonly entries: number;
    /** Lines that could not be used. */
    readonly aside: readonly LineAside[];
  };
  /** What could not be read or done, and selectors that are wrong. */
  readonly problems: readonly BackupProblem[];
}
