import type { Clock, Snapshot, Volume } from "@polyvol/core";
import type { BackupProblem } from "../problem.ts";
import type { SnapshotChoice } from "../restore/find-snapshot.ts";
import type { Leftover } from "../temporary/leftovers.ts";
import type { DeviceLayer } from "./device-layer.ts";
import type { FoundBy } from "./find-device.ts";

/** Which snapshot is to be read, and on which server. */
export interface SnapshotUseRequest {
  /** The snapshot, or the volume whose newest good one it is. */
  readonly from: SnapshotChoice;
  /** The provider's id of the server that this program runs on: see {@link findServer}. */
  readonly serverId: string;
  /** The server's region, where it is known: a volume that it cannot reach is refused before anything is made. */
  readonly serverRegion?: string | undefined;
  /** The server's zone, where it is known: named where an attachment is refused. */
  readonly serverZone?: string | undefined;
  /** Whether to mount the filesystem, too. Default `false`: only the device. */
  readonly mount?: boolean | undefined;
  /** Name of the cloud in a configuration, for messages. Default: the provider. */
  readonly cloud?: string | undefined;
}

/** A snapshot as this machine can read it, for as long as the function runs that gets it. */
export interface MountedSnapshot {
  /** The snapshot. */
  readonly snapshot: Snapshot;
  /** The temporary volume that was made from it. */
  readonly volume: Volume;
  /** Its block device, such as `/dev/sda`; it refuses writes. */
  readonly device: string;
  /** By what the device was told from others. */
  readonly foundBy: FoundBy;
  /** Size of the device in bytes. */
  readonly sizeBytes: number;
  /** Where its filesystem is mounted read-only; only there when that was asked for. */
  readonly path?: string;
}

/** How a snapshot is made readable, and for how long. */
export interface SnapshotUseOptions {
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** Stops everything; what was made is removed all the same, within a limit of its own. */
  readonly abortSignal?: AbortSignal | undefined;
  /** How long restoring and attaching may take, each, in milliseconds. Default 30 minutes. */
  readonly timeoutMs?: number | undefined;
  /** How long to wait for the device after the volume was attached, in milliseconds. Default 2 minutes. */
  readonly deviceTimeoutMs?: number | undefined;
  /** How long the function that reads may take, in milliseconds. Default 24 hours. */
  readonly useTimeoutMs?: number | undefined;
  /** Ids of what killed runs have left and could not be removed just now: it stays for the next run. Default none. */
  readonly triedIds?: readonly string[] | undefined;
  /** The machine. Default: this one, by {@link createLinuxDevices}. */
  readonly devices?: DeviceLayer | undefined;
  /** Told when a step begins. */
  readonly onProgress?: ((progress: SnapshotUseProgress) => void) | undefined;
}

/** The steps, in their order. `remove` takes back all others. */
export type SnapshotUseStage = "restore" | "attach" | "device" | "mount" | "use" | "remove";

/** A step that begins. */
export interface SnapshotUseProgress {
  /** Which. */
  readonly stage: SnapshotUseStage;
  /** Name of the temporary volume. */
  readonly volumeName: string;
  /** Its id, once it is known. */
  readonly volumeId?: string;
  /** The device, once it is known. */
  readonly device?: string;
}

/** What became of the function that reads: its value, or what failed and at which step. */
export type SnapshotUseResult<T> =
  | {
      /** It returned. */
      readonly state: "done";
      /** What it returned. */
      readonly value: T;
    }
  | {
      /** It threw, or was never called. */
      readonly state: "failed";
      /** The step that failed. */
      readonly stage: Exclude<SnapshotUseStage, "remove">;
      /** What it failed with. */
      readonly error: unknown;
    };

/** Everything that happened, whichever way it ended. */
export interface SnapshotUse<T> {
  /** The snapshot that was chosen. */
  readonly snapshot: Snapshot;
  /** The temporary volume. */
  readonly temporaryVolume: {
    /** Its name. */
    readonly name: string;
    /** As it was when it could be used; absent when it never could. */
    readonly volume?: Volume;
  };
  /** The server that it was attached to. */
  readonly serverId: string;
  /** When it began. */
  readonly startedAt: Date;
  /** From the start of the restore until the volume could be used. */
  readonly restoreMs?: number;
  /** From the request to attach until the device was found. */
  readonly attachMs?: number;
  /** How long the function took that reads. */
  readonly useMs?: number;
  /** What it was given; absent when it was never called. */
  readonly mounted?: MountedSnapshot;
  /** What became of it. */
  readonly result: SnapshotUseResult<T>;
  /** Whether the temporary volume is gone again. When not, one of `problems` names it and says why. */
  readonly isRemoved: boolean;
  /** Why it could not be removed. */
  readonly removalError?: unknown;
  /** When it ended. */
  readonly finishedAt: Date;
  /** Temporary volumes of earlier runs that were killed, and what became of them. */
  readonly leftovers: readonly Leftover[];
  /** What went wrong beside `result`: in removing the temporary volume, and in removing leftovers. */
  readonly problems: readonly BackupProblem[];
}

/** What reads: a function that gets the snapshot, and a signal that aborts when it has to stop. */
export type SnapshotReader<T> = (
  mounted: MountedSnapshot,
  call: { readonly abortSignal: AbortSignal },
) => Promise<T>;
