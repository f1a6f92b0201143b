import type { BlockStorage } from "@polyvol/core";
import type { VolumePlan } from "../plan/types.ts";
import type { Policy } from "../policy/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { VolumePlace } from "./events.ts";
import type { RunContext } from "./options.ts";
import type { CreatedSnapshot, DeletedSnapshot, SparedSnapshot } from "./report.ts";
import type { Semaphore } from "./semaphore.ts";

/** Everything that the work on one volume needs. */
export interface VolumeWork {
  readonly volume: VolumePlan;
  readonly storage: BlockStorage;
  readonly policies: ReadonlyMap<string, Policy>;
  /** The instant of the plan. */
  readonly now: Date;
  readonly liftBrake: boolean;
  readonly context: RunContext;
  /** The places of a policy on this cloud. */
  readonly places: (policy: Policy) => Semaphore;
}

/** What the work on one volume has come to. */
export interface Progress {
  readonly created: CreatedSnapshot[];
  readonly deleted: DeletedSnapshot[];
  readonly spared: SparedSnapshot[];
  readonly problems: BackupProblem[];
  /** Not reported yet: they come behind what they are about. */
  readonly thawFailures: BackupProblem[];
  newestAt: number | undefined;
  /** Something went wrong after which no backup may go. */
  failed: boolean;
  stopped: boolean;
}

/** Adds a problem and tells of it. */
export function report(progress: Progress, context: RunContext, problem: BackupProblem): void {
  progress.problems.push(problem);
  context.emit({ type: "problem", problem });
}

/** Whether the run was asked to begin nothing new. */
export function isStopping(context: RunContext, progress: Progress): boolean {
  if (context.drainSignal?.aborted) progress.stopped = true;
  return progress.stopped;
}

/** Where a problem is. */
export function placeOf({
  cloud,
  volumeId,
  volumeName,
}: VolumePlace): Pick<BackupProblem, "cloud" | "volumeId" | "volumeName"> {
  return { cloud, volumeId, volumeName };
}
