import type { Clock } from "@polyvol/core";
import { monotonicTime, systemClock, tell } from "@polyvol/core/driver";
import type { BackupPlan, VolumePlace } from "../plan/stored-plan.ts";
import type { BackupProblem, HookName } from "../problem.ts";
import type { ShardOptions } from "../shard/scope.ts";
import type { CreatedSnapshot, DeletedSnapshot, SparedSnapshot } from "./report.ts";

/** Progress of a run, told apart by `type`. */
export type BackupEvent =
  /** The clouds have been read, and this is about to be done. */
  | { readonly type: "planned"; readonly plan: BackupPlan }
  /** Something will not be done, or was not. */
  | { readonly type: "problem"; readonly problem: BackupProblem }
  /** The provider's gap between two snapshots of a volume is waited out. */
  | (VolumePlace & {
      readonly type: "waiting";
      readonly policyId: string;
      readonly ms: number;
      readonly reason: string;
    })
  | (VolumePlace & {
      readonly type: "hook";
      readonly policyId: string;
      readonly when: HookName;
      readonly ok: boolean;
      readonly durationMs: number;
    })
  | (VolumePlace & { readonly type: "creating"; readonly policyId: string; readonly name: string })
  | (VolumePlace &
      Pick<CreatedSnapshot, "policyId" | "name" | "snapshotId" | "durationMs" | "found"> & {
        readonly type: "created";
      })
  | (VolumePlace & DeletedSnapshot & { readonly type: "deleted" })
  /** Was to be deleted and is not, since it is to be kept by what holds now (a hold, say). */
  | (VolumePlace & SparedSnapshot & { readonly type: "spared" })
  /** Nothing more will be done on this volume. */
  | (VolumePlace & { readonly type: "volume"; readonly state: "done" | "failed" | "left" });

/** Receives events. What it throws is ignored. */
export type BackupEventListener = (event: BackupEvent) => void;

/** Options of a run. */
export interface RunOptions extends ShardOptions {
  /** Default: the machine's own. Give the one that the storages run on where that is another. */
  readonly clock?: Clock | undefined;
  /**
   * Stops at once, rejecting with its reason, when the hooks `after` that are due have run; one that fails is told to
   * `onEvent`. What providers have accepted goes on; run again to finish.
   */
  readonly abortSignal?: AbortSignal | undefined;
  /** Finishes what is in flight, begins nothing new, and reports what is left. */
  readonly drainSignal?: AbortSignal | undefined;
  /** Told of progress. */
  readonly onEvent?: BackupEventListener | undefined;
  /** Environment variables that hold credentials here, besides the well-known names: hooks never inherit them. */
  readonly credentialVariables?: readonly string[] | undefined;
  /**
   * For this run, lets everything go that no rule keeps, whatever `brakes.maxShare` says; the minimum age holds. With
   * `apply`: a plan that was made so is carried out. Default false.
   */
  readonly liftBrake?: boolean | undefined;
}

/** {@link RunOptions} with their defaults. */
export interface RunContext {
  readonly clock: Clock;
  /** What spans are measured with, in milliseconds from whenever. */
  readonly monotonicNow: () => number;
  readonly abortSignal: AbortSignal | undefined;
  readonly drainSignal: AbortSignal | undefined;
  readonly emit: (event: BackupEvent) => void;
  readonly credentialVariables: readonly string[];
}

export function resolveRunOptions(options: RunOptions): RunContext {
  const { clock = systemClock, abortSignal, drainSignal, onEvent, credentialVariables = [] } = options;
  return {
    clock,
    monotonicNow: monotonicTime(clock),
    abortSignal,
    drainSignal,
    emit: (event) => tell(onEvent, event),
    credentialVariables,
  };
}
