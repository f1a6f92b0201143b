import type { Clock } from "@polyvol/core";
import type { OffsiteCallOptions, OffsiteRequest, OffsiteVolume } from "../offsite/types.ts";
import type { BackupProblem } from "../problem.ts";
import type { SnapshotRequest } from "../restore/find-snapshot.ts";

/** What to prove, and where. */
export interface DrillRequest extends SnapshotRequest {}

/** How the call is made. */
export interface DrillOptions {
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** Stops the drill; it removes its temporary volume before it ends, where that takes two minutes at most. */
  readonly abortSignal?: AbortSignal | undefined;
  /** Told of the temporary volume of a drill that was stopped, before it ends. */
  readonly onStopped?: ((stopped: StoppedDrill) => void) | undefined;
  /** How long the restore may take, in milliseconds. Default 30 minutes. */
  readonly timeoutMs?: number | undefined;
  /** A command that has to pass on the data. Default: none, and what is in the volume is not looked at. */
  readonly check?: DrillCommand | undefined;
}

/** The temporary volume of a drill that was stopped. */
export interface StoppedDrill {
  /** Its name. */
  readonly volumeName: string;
  /** Whether it is certain that it is gone, or was never made. Else the next drill of the same volume removes it. */
  readonly isRemoved: boolean;
}

/** A command that reads the data of the snapshot, on the server that this program runs on. Status 0 is a pass. */
export interface DrillCommand
  extends Omit<OffsiteRequest, keyof DrillRequest>,
    Pick<OffsiteCallOptions, "serverId" | "metadataUrl" | "devices" | "credentialVariables" | "onOutput"> {}

/** One thing that was looked at. */
export interface DrillCheck {
  /** What was looked at. */
  readonly check: "readiness" | "source" | "size" | "command";
  /** `unknown`: the provider does not say. */
  readonly result: "passed" | "failed" | "unknown";
  /** What was found. */
  readonly found: string;
  /** What it had to be. */
  readonly wanted: string;
}

/** What a drill proved, as plain JSON; keep it: nothing in the cloud remembers it. */
export interface DrillReport
  extends Pick<OffsiteVolume, "cloud" | "provider" | "restoreMs" | "command" | "leftovers"> {
  /** Whether the snapshot was restored, every check passed, and the temporary volume is gone again. */
  readonly ok: boolean;
  /** The snapshot that was restored. */
  readonly snapshotId: string;
  /** Its name. */
  readonly snapshotName: string;
  /** When it was taken. */
  readonly takenAt: string;
  /** The volume that the snapshot is of; it was not touched. */
  readonly volumeId: string;
  /** The temporary volume. */
  readonly drillVolume: {
    /** Its name. */
    readonly name: string;
    /** Its id; absent when it was never seen. */
    readonly id?: string;
  };
  /** When the drill began. */
  readonly startedAt: string;
  /** When it ended. */
  readonly finishedAt: string;
  /** What was looked at, in this order. */
  readonly checks: readonly DrillCheck[];
  /** Why it is not `ok`, and which leftovers could not be removed: these say nothing of this snapshot. */
  readonly problems: readonly BackupProblem[];
}
