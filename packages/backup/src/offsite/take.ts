import type { BlockStorage, Clock } from "@polyvol/core";
import type { RanCommand } from "../command/snapshot-command.ts";
import {
  type CommandPlace,
  GRACE_MS,
  runOnSnapshot,
  type SnapshotCommand,
} from "../command/snapshot-command.ts";
import type { DeviceLayer } from "../mount/device-layer.ts";
import type { SnapshotUse, SnapshotUseRequest } from "../mount/types.ts";
import { useSnapshot } from "../mount/use-snapshot.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import { recordedSnapshot } from "./choose.ts";
import type { OffsiteCallOptions, OffsiteVolume } from "./types.ts";

/** One volume whose turn it is. */
export interface Turn {
  readonly storage: BlockStorage;
  readonly request: SnapshotUseRequest;
  readonly command: SnapshotCommand;
  readonly place: CommandPlace;
  /** What is known of the volume before; of a snapshot by id that is found out. */
  readonly volumeId: string;
}

/** {@link OffsiteCallOptions} with their defaults. */
export type TurnOptions = OffsiteCallOptions & {
  readonly clock: Clock;
  readonly devices: DeviceLayer;
};

/** Gives a command the data of a snapshot. A failure is a result. @throws the reason of an abort before anything was made */
export async function takeOffsite(turn: Turn, options: TurnOptions): Promise<OffsiteVolume> {
  const { storage, request, command, place, volumeId } = turn;
  const { clock, devices, abortSignal, credentialVariables = [], onOutput, onProgress } = options;
  const startedAt = new Date(clock.now()).toISOString();
  const where = placeOf(place, volumeId);
  let ran: RanCommand | undefined;
  let use: SnapshotUse<RanCommand>;
  try {
    use = await useSnapshot(
      storage,
      request,
      async (mounted, { abortSignal: stop }) => {
        const context = { clock, devices, credentialVariables, onOutput, abortSignal: stop };
        ran = await runOnSnapshot(command, mounted, place, context);
        return ran;
      },
      {
        clock,
        devices,
        abortSignal,
        timeoutMs: options.restoreTimeoutMs,
        // The command has its own limit, and its own words.
        useTimeoutMs: command.timeoutMs + 3 * GRACE_MS,
        onProgress: ({ stage }) => onProgress?.({ ...progressOf(place, volumeId), stage }),
      },
    );
  } catch (error) {
    const problem = problemOf(error, "attention", where);
    return {
      ...headOf(place, volumeId),
      outcome: "failed",
      reason: problem.message,
      startedAt,
      finishedAt: new Date(clock.now()).toISOString(),
      leftovers: [],
      problems: [problem],
    };
  }
  const failure = use.result.state === "failed" ? use.result.error : ran?.error;
  const own = failure === undefined ? [] : [problemOf(failure, "attention", where)];
  const problems: readonly BackupProblem[] = [...own, ...use.problems];
  return {
    ...headOf(place, use.snapshot.volumeId),
    outcome: problems.length === 0 ? "done" : "failed",
    reason: problems[0]?.message ?? "the command has succeeded",
    snapshot: recordedSnapshot(use.snapshot),
    startedAt,
    ...(use.restoreMs === undefined ? {} : { restoreMs: use.restoreMs }),
    ...(ran === undefined ? {} : { command: ran.command }),
    finishedAt: use.finishedAt.toISOString(),
    leftovers: use.leftovers,
    problems,
  };
}

function headOf({ cloud, provider, policyId, volumeName }: CommandPlace, volumeId: string) {
  return {
    cloud,
    provider,
    ...(policyId === undefined ? {} : { policyId }),
    volumeId,
    ...(volumeName === undefined ? {} : { volumeName }),
  };
}

function placeOf(place: CommandPlace, volumeId: string) {
  const { provider: _, ...where } = headOf(place, volumeId);
  return where;
}

function progressOf({ cloud, policyId, volumeName }: CommandPlace, volumeId: string) {
  return { cloud, volumeName: volumeName ?? volumeId, ...(policyId === undefined ? {} : { policyId }) };
}
