import type { Clock } from "@polyvol/core";
import { monotonicTime, systemClock, tell } from "@polyvol/core/driver";
import type { ShardOptions } from "../shard/scope.ts";
import type { BackupEvent, BackupEventListener } from "./events.ts";

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
