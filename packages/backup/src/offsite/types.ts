import type { Clock } from "@polyvol/core";
import type { CommandOutput } from "../command/last-words.ts";
import type { DeviceLayer } from "../mount/device-layer.ts";
import type { SnapshotUseStage } from "../mount/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { OffsiteEntry, RunRecord } from "../record/entry.ts";
import type { SnapshotRequest } from "../restore/find-snapshot.ts";
import type { Leftover } from "../temporary/leftovers.ts";

/** What to take out of a cloud by hand. */
export interface OffsiteRequest extends SnapshotRequest {
  /** The program and its arguments. No shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** After which it is ended, in milliseconds. Default 1 day. */
  readonly timeoutMs?: number | undefined;
  /** Whether the filesystem is mounted, read-only. Default false. */
  readonly mount?: boolean | undefined;
  /** Names of environment variables that the command inherits besides the harmless ones. Default none. */
  readonly environment?: readonly string[] | undefined;
}

/** On which server, and who hears of it. */
export interface OffsiteCallOptions {
  /** The provider's id of the server that this program runs on. Default: what the provider's metadata service says. */
  readonly serverId?: string | undefined;
  /** Origin of that service, where it is another than the provider documents. */
  readonly metadataUrl?: string | undefined;
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** The machine's block devices. Default: this machine's (Linux). */
  readonly devices?: DeviceLayer | undefined;
  /** How long restoring and attaching may take, each, in milliseconds. Default 30 minutes. */
  readonly restoreTimeoutMs?: number | undefined;
  /** Stops in order: the command is ended and the temporary volume removed. */
  readonly abortSignal?: AbortSignal | undefined;
  /** Environment variables that hold credentials of the clouds: the command never inherits them. */
  readonly credentialVariables?: readonly string[] | undefined;
  /** Told what the command writes, as it writes it. */
  readonly onOutput?: CommandOutput | undefined;
  /** Told when a step begins. */
  readonly onProgress?: ((progress: OffsiteProgress) => void) | undefined;
}

/** How policies are carried out. */
export interface OffsiteOptions extends OffsiteCallOptions {
  /** What has left the clouds before, from `readRecord`. Default: nothing is known, and everything is due. */
  readonly record?: RunRecord | undefined;
  /** Whether volumes that are not due are taken, too. Default false. */
  readonly all?: boolean | undefined;
  /** Only volumes on these clouds: those that this server is part of. Default: all of the policies. */
  readonly onlyClouds?: readonly string[] | undefined;
  /** Told of each volume when it has ended, and waited for: its line of a record can be written. */
  readonly onVolume?:
    | ((volume: OffsiteVolume, report: { readonly startedAt: string }) => Promise<void> | void)
    | undefined;
}

/** A step that begins. */
export interface OffsiteProgress {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The volume whose data it is, by name, or by id where the name is not known. */
  readonly volumeName: string;
  /** The policy; absent when asked for by hand. */
  readonly policyId?: string;
  /** Which step. */
  readonly stage: SnapshotUseStage;
}

/**
 * What became of a volume.
 *
 * - `done`: the command has succeeded on its data.
 * - `failed`: see the problems.
 * - `not_due`: by the record, its data has left not long ago, or nothing newer is there.
 * - `no_snapshot`: there is no good snapshot of the policy.
 * - `elsewhere`: this server cannot reach it.
 * - `left`: its turn did not come: it was stopped, or a volume before has shown that nothing can be attached to the
 *   server, or that what is does not appear on this machine.
 */
export type OffsiteOutcome = "done" | "failed" | "not_due" | "no_snapshot" | "elsewhere" | "left";

/** What became of one policy on one volume, as plain JSON. Instants are ISO 8601 in UTC. */
export interface OffsiteVolume
  extends Pick<
    OffsiteEntry,
    "cloud" | "policyId" | "volumeId" | "volumeName" | "snapshot" | "restoreMs" | "command"
  > {
  /** The driver's provider name. */
  readonly provider: string;
  /** What became of it. */
  readonly outcome: OffsiteOutcome;
  /** Why, in words. */
  readonly reason: string;
  /** When its turn began. */
  readonly startedAt?: string;
  /** When its turn ended, with the temporary volume gone. */
  readonly finishedAt?: string;
  /** Temporary volumes of earlier runs that were killed, and what became of them. */
  readonly leftovers: readonly Leftover[];
  /** What went wrong, and which leftovers could not be removed: these say nothing of this volume. */
  readonly problems: readonly BackupProblem[];
}

/** What has left the clouds, as plain JSON. */
export interface OffsiteReport {
  /** When it began. */
  readonly startedAt: string;
  /** When it ended. */
  readonly finishedAt: string;
  /** Whether all that was due, and in reach, has left, and nothing needs attention. */
  readonly ok: boolean;
  /** It was stopped before all was done. */
  readonly stopped: boolean;
  /** In the order in which they were taken; those that were not follow. */
  readonly volumes: readonly OffsiteVolume[];
  /** What went wrong, that of all volumes included. */
  readonly problems: readonly BackupProblem[];
}
