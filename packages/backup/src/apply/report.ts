import type { BackupPlan, PlannedCreation, PlannedDeletion, VolumePlace } from "../plan/stored-plan.ts";
import type { BackupProblem } from "../problem.ts";

/** What a run did, as plain JSON. Instants are ISO 8601 in UTC. */
export interface RunReport {
  /** When the run began. */
  readonly startedAt: string;
  /** When it ended. */
  readonly finishedAt: string;
  /** Whether everything that the policies ask for was done, and nothing needs attention. */
  readonly ok: boolean;
  /** Whether it was asked to begin nothing new before all was done. */
  readonly stopped: boolean;
  /** What it set out to do. */
  readonly plan: BackupPlan;
  /** By cloud and id; volumes without anything to do are in it, too. */
  readonly volumes: readonly VolumeReport[];
  /** Those of the plan and those of the run. */
  readonly problems: readonly BackupProblem[];
  /** Over all volumes. */
  readonly totals: {
    /** Snapshots that were made; those that another run had begun are not among them. */
    readonly created: number;
    /** Snapshots that were deleted. */
    readonly deleted: number;
    /** Creations and deletions that were planned and not done, for whatever reason. */
    readonly left: number;
  };
}

export interface VolumeReport extends VolumePlace {
  /** `left`: the run was stopped before it was done; run again. */
  readonly state: "done" | "failed" | "left";
  /** In the order in which they were made. */
  readonly created: readonly CreatedSnapshot[];
  /** In the order in which they went. */
  readonly deleted: readonly DeletedSnapshot[];
  /** Were to be deleted, and were found to be kept by what held right before. */
  readonly spared: readonly SparedSnapshot[];
  /** What went wrong on this volume. */
  readonly problems: readonly BackupProblem[];
  /** Creations and deletions of the plan that were not done, spared ones aside. */
  readonly left: number;
}

/** A snapshot that was made, or was waited for. */
export interface CreatedSnapshot extends Pick<PlannedCreation, "policyId" | "slot" | "name"> {
  /** Its id. */
  readonly snapshotId: string;
  /** When it was taken. */
  readonly createdAt: string;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** It was there when it was to be made: another run had begun it, or this one's forerunner that was killed. */
  readonly found?: true;
}

/** A snapshot that was deleted. */
export interface DeletedSnapshot
  extends Pick<PlannedDeletion, "policyId" | "name" | "snapshotId" | "failed"> {}

/** A snapshot that was to be deleted and was not. */
export interface SparedSnapshot extends DeletedSnapshot {
  /** What keeps it. */
  readonly reasons: readonly string[];
}
