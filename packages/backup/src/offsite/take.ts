import { type BlockStorage, type CallOptions, type Clock, isPolyvolError } from "@polyvol/core";
import { omitUndefined, type ServerIdentity } from "@polyvol/core/driver";
import {
  type CommandPlace,
  GRACE_MS,
  type RanCommand,
  runOnSnapshot,
  type SnapshotCommand,
} from "../command/snapshot-command.ts";
import type { DeviceLayer } from "../mount/device-layer.ts";
import type { SnapshotUse } from "../mount/types.ts";
import { useSnapshot } from "../mount/use-snapshot.ts";
import { type BackupProblem, problemOf } from "../problem.ts";
import type { SnapshotChoice } from "../restore/find-snapshot.ts";
import { recordedSnapshot } from "./choose.ts";
import type { OffsiteCallOptions, OffsiteVolume } from "./types.ts";

/** One volume whose turn it is. */
export interface Turn {
  readonly storage: BlockStorage;
  readonly server: ServerIdentity;
  /** Says which snapshot it is now. */
  readonly choose: (call: CallOptions) => Promise<SnapshotChoice> | SnapshotChoice;
  readonly command: SnapshotCommand;
  readonly place: CommandPlace;
  /** What other turns could not remove of what killed runs have left. */
  readonly triedIds?: readonly string[];
  /** What is known of the volume before; of a snapshot by id that is found out. */
  readonly volumeId: string;
}

/** {@link OffsiteCallOptions} with their defaults. */
export type TurnOptions = OffsiteCallOptions & {
  readonly clock: Clock;
  readonly devices: DeviceLayer;
};

/** What became of a turn. */
export interface Taken {
  readonly volume: OffsiteVolume;
  /** What it has shown of this server, whichever volume it is. */
  readonly shown: Shown;
}

/**
 * `works`: a volume that was attached has appeared on this machine. `refused`: nothing can be attached to the server.
 * `absent`: what was attached did not appear. `undefined`: it did not come to that.
 */
export type Shown = "works" | "refused" | "absent" | undefined;

/** Gives a command the data of a snapshot. A failure is a result. Never throws. */
export async function takeOffsite(turn: Turn, options: TurnOptions): Promise<Taken> {
  const { storage, server, choose, command, place, volumeId, triedIds } = turn;
  const { clock, devices, abortSignal, credentialVariables = [], onOutput, onProgress } = options;
  const { cloud, provider, policyId, volumeName } = place;
  const startedAt = new Date(clock.now()).toISOString();
  const head = { cloud, provider, policyId, volumeId, volumeName };
  const where = omitUndefined({ cloud, policyId, volumeId, volumeName });
  let ran: RanCommand | undefined;
  let use: SnapshotUse<RanCommand>;
  try {
    const from = await choose({ abortSignal });
    use = await useSnapshot(
      storage,
      { from, ...server, mount: command.mount, cloud },
      async (mounted, call) => {
        const context = { clock, devices, credentialVariables, onOutput, ...call };
        ran = await runOnSnapshot(command, mounted, place, context);
        return ran;
      },
      {
        clock,
        devices,
        abortSignal,
        triedIds,
        timeoutMs: options.restoreTimeoutMs,
        // The command has its own limit, and its own words.
        useTimeoutMs: command.timeoutMs + 3 * GRACE_MS,
        onProgress: ({ stage }) =>
          onProgress?.(omitUndefined({ cloud, volumeName: volumeName ?? volumeId, policyId, stage })),
      },
    );
  } catch (error) {
    const problem = problemOf(error, "attention", where);
    const volume: OffsiteVolume = omitUndefined({
      ...head,
      outcome: "failed",
      reason: problem.message,
      startedAt,
      finishedAt: new Date(clock.now()).toISOString(),
      leftovers: [],
      problems: [problem],
    });
    return { volume, shown: undefined };
  }
  const failure = use.result.state === "failed" ? use.result.error : ran?.error;
  const own = failure === undefined ? [] : [problemOf(failure, "attention", where)];
  const problems: readonly BackupProblem[] = [...own, ...use.problems];
  // What another run has left, and cannot be removed, says nothing of this volume.
  const [why] = problems.filter((each) => !use.leftovers.some(({ problem }) => problem === each));
  const volume: OffsiteVolume = omitUndefined({
    ...head,
    volumeId: use.snapshot.volumeId,
    outcome: why === undefined ? "done" : "failed",
    reason: why?.message ?? successOf(ran),
    snapshot: recordedSnapshot(use.snapshot),
    startedAt,
    restoreMs: use.restoreMs,
    command: ran?.command,
    finishedAt: use.finishedAt.toISOString(),
    leftovers: use.leftovers,
    problems,
  });
  return { volume, shown: shownBy(use.result) };
}

/** Tools that are given a device by its name store that there is one, and none of its data. */
function successOf(ran: RanCommand | undefined): string {
  const said = "the command has succeeded";
  return ran?.command.bytesRead === 0 ? `${said}, and has read nothing from the device` : said;
}

/** Told by the volume that was tried, so that no others are made for nothing. */
function shownBy(result: SnapshotUse<RanCommand>["result"]): Shown {
  if (result.state === "done") return "works";
  const { stage, error } = result;
  if (stage === "mount" || stage === "use") return "works";
  if (!isPolyvolError(error)) return undefined;
  const { code, resource } = error;
  if (stage === "device") return code === "not_found" ? "absent" : undefined;
  if (stage !== "attach") return undefined;
  const isRefused = code === "permission_denied" || (code === "not_found" && resource?.kind === "server");
  return isRefused ? "refused" : undefined;
}
