import type { BackupPlan } from "../plan/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { VolumePlace } from "./events.ts";

/** What a run did, as plain JSON. Instants are ISO 8601 in UTC. */
export interface RunReport {
  readonly startedAt: string;
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
  readonly totals: {
    readonly created: number;
    readonly deleted: number;
    /** Creations and deletions that were planned and not done, for whatever reason. */
    readonly left: number;
  };
}

export interface VolumeReport extends VolumePlace {
  /** `left`: the run was stopped before it was done; run again. */
  readonly state: "done" | "failed" | "left";
  readonly created: readonly CreatedSnapshot[];
  readonly deleted: readonly DeletedSnapshot[];
  /** Were to be deleted, and were found to be kept by what held right before. */
  readonly spared: readonly SparedSnapshot[];
  readonly problems: readonly BackupProblem[];
  /** Creations and deletions of the plan that were not done, spared ones aside. */
  readonly left: number;
}

export interface CreatedSnapshot {
  readonly policyId: string;
  readonly slot: string;
  readonly name: string;
  readonly snapshotId: string;
  readonly createdAt: string;
  readonly durationMs: number;
}

export interface DeletedSnapshot {
  readonly policyId: string;
  readonly name: string;
  readonly snapshotId: string;
}

export interface SparedSnapshot extends DeletedSnapshot {
  readonly reasons: readonly string[];
}
