import type { BlockStorage } from "@polyvol/core";
import type { PlannedCreation, PlannedDeletion, VolumePlace, VolumePlan } from "../plan/stored-plan.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem, ProblemPlace } from "../problem.ts";
import type { CloudWork } from "./cloud-work.ts";
import type { RunContext } from "./options.ts";
import type { CreatedSnapshot, DeletedSnapshot, SparedSnapshot } from "./report.ts";

/** Everything that the work on one volume needs. */
export interface VolumeWork {
  readonly volume: VolumePlan;
  readonly storage: BlockStorage;
  readonly policies: ReadonlyMap<string, Policy>;
  /** The instant of the plan. */
  readonly now: Date;
  readonly liftBrake: boolean;
  readonly context: RunContext;
  readonly cloud: CloudWork;
  /** Where the volume is, for events and reports. */
  readonly place: VolumePlace;
  readonly progress: Progress;
}

/** What the work on one volume has come to. */
export interface Progress {
  readonly created: CreatedSnapshot[];
  readonly deleted: DeletedSnapshot[];
  readonly spared: SparedSnapshot[];
  readonly problems: BackupProblem[];
  /** Not reported yet: they come behind what they are about. */
  readonly thawFailures: BackupProblem[];
  /** When the newest snapshot of the volume was taken, in milliseconds since the Unix epoch. */
  newestAt: number | undefined;
  /** The moment after which a listing has to begin for deletions to be judged on it. */
  changedAt: number;
  /** Something went wrong after which no backup may go. */
  failed: boolean;
  stopped: boolean;
}

/** The progress of a volume of which nothing was done yet. */
export function startProgress({ keep, delete: deletions }: VolumePlan, changedAt: number): Progress {
  const times = [...keep, ...deletions].map(({ createdAt }) => Date.parse(createdAt));
  const newestAt = times.length === 0 ? undefined : Math.max(...times);
  return {
    created: [],
    deleted: [],
    spared: [],
    problems: [],
    thawFailures: [],
    newestAt,
    changedAt,
    failed: false,
    stopped: false,
  };
}

/** Adds a problem to the report and emits it as an event. */
export function report({ progress, context }: VolumeWork, problem: BackupProblem): void {
  progress.problems.push(problem);
  context.emit({ type: "problem", problem });
}

/** Whether the run was asked to begin nothing new. */
export function isStopping({ context, progress }: VolumeWork): boolean {
  if (context.drainSignal?.aborted) progress.stopped = true;
  return progress.stopped;
}

/** Whether a failure says no more than that. */
export function isDrain({ context: { drainSignal } }: VolumeWork, error: unknown): boolean {
  return drainSignal?.aborted === true && error === drainSignal.reason;
}

/** Where a problem with a snapshot is that was to be made or deleted. */
export function snapshotPlace(
  { place }: VolumeWork,
  { policyId, name }: PlannedCreation | PlannedDeletion,
): ProblemPlace {
  return { ...placeOf(place), policyId, snapshotName: name };
}

/** Where a problem is. */
export function placeOf({ cloud, volumeId, volumeName }: VolumePlace): ProblemPlace {
  return { cloud, volumeId, volumeName };
}
