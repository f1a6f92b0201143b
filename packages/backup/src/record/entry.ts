import type { BackupProblem } from "../problem.ts";
import type { Shard } from "../shard/rendezvous.ts";

/** What every line of a record says. Instants are ISO 8601 in UTC. */
interface EntryHead {
  /** What this is. */
  readonly format: "polyvol-record";
  /** Of this form. */
  readonly version: 1;
  /** When it began. */
  readonly startedAt: string;
  /** When it ended. */
  readonly finishedAt: string;
  /** Whether all went as it was meant to. */
  readonly ok: boolean;
}

/** Snapshots of one policy and slot on several volumes of a cloud. */
export interface RecordedSlot {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The policy. */
  readonly policyId: string;
  /** The slot that they are of. */
  readonly slot: string;
  /** Ids of the volumes. */
  readonly volumeIds: readonly string[];
}

/** Snapshots that a run has made. */
export interface RecordedCreations extends RecordedSlot {
  /** Seconds from the slot until the snapshot was taken, in the order of `volumeIds`. */
  readonly delaysSeconds: readonly number[];
}

/** Snapshots that were due and that a run has not made. */
export interface RecordedOmissions extends RecordedSlot {
  /** The code of the problem that kept them from being made, where there was one. */
  readonly code?: BackupProblem["code"];
}

/** Snapshots that a run has deleted, since no rule kept them. */
export interface RecordedDeletions extends RecordedSlot {
  /** They had failed and were no backups. */
  readonly failed?: true;
}

/** What went wrong, its message cut to 300 characters. */
export type RecordedProblem = Pick<
  BackupProblem,
  "code" | "message" | "effect" | "cloud" | "policyId" | "volumeId" | "volumeName"
>;

/** One run. */
export interface RunEntry extends EntryHead {
  /** What the line is of. */
  readonly kind: "run";
  /** What was called. */
  readonly command: "run" | "apply" | "prune";
  /** It could only delete; so can an applied plan that was made so. */
  readonly pruneOnly?: true;
  /** It was asked to begin nothing new before all was done. */
  readonly stopped: boolean;
  /** It ended with an error, and nothing says what it has done until then. */
  readonly broken?: true;
  /** The policies that it was about. */
  readonly policyIds: readonly string[];
  /** The shard that it was about; absent where it was about all clouds. */
  readonly shard?: Shard;
  /** The clouds, and whether each could be seen. */
  readonly clouds: readonly {
    /** The cloud by the name of the configuration. */
    readonly cloud: string;
    /** Whether it was read in full. */
    readonly seen: boolean;
  }[];
  /** Over all volumes. */
  readonly totals: {
    /** Volumes that a policy chose. */
    readonly volumes: number;
    /** Snapshots that were made. */
    readonly created: number;
    /** Snapshots that were deleted. */
    readonly deleted: number;
    /** Creations and deletions that were planned and not done. */
    readonly left: number;
    /** How much went wrong. */
    readonly problems: number;
  };
  /** Snapshots that were made. */
  readonly made: readonly RecordedCreations[];
  /** Snapshots that were due and are not there. */
  readonly unmade: readonly RecordedOmissions[];
  /** Snapshots that were deleted. */
  readonly deleted: readonly RecordedDeletions[];
  /** What went wrong: the first 20. */
  readonly problems: readonly RecordedProblem[];
  /** `made`, `unmade` and `deleted` were left out: the line would have had more than 8 MiB. */
  readonly shortened?: true;
}

/** A snapshot that was made a volume of. */
export interface RecordedSnapshot {
  /** Its id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
  /** When it was taken. */
  readonly takenAt: string;
}

/** A command that was given the data of a snapshot. */
export interface RecordedCommand {
  /** The program. Its arguments are not told: they may hold secrets. */
  readonly program: string;
  /** The status that it ended with; absent when it could not start, a signal ended it, or it was stopped. */
  readonly exitCode?: number;
  /** How long it ran, in milliseconds. */
  readonly durationMs: number;
  /** Bytes that were read from the device meanwhile; absent where the system does not say. */
  readonly bytesRead?: number;
}

/** What lines about one volume have in common. */
interface VolumeEntry extends EntryHead {
  /** The cloud by the name of the configuration. */
  readonly cloud: string;
  /** The volume that the snapshot is of; empty where that was not found out. */
  readonly volumeId: string;
  /** Its name, where it is known. */
  readonly volumeName?: string;
  /** The snapshot that was restored, where one was found. */
  readonly snapshot?: RecordedSnapshot;
  /** From the start of the restore until the volume could be used. */
  readonly restoreMs?: number;
  /** The command that was given its data, where one was run. */
  readonly command?: RecordedCommand;
  /** Why it is not `ok`: the first 20. */
  readonly problems: readonly RecordedProblem[];
}

/** One drill or one restore. */
export interface RestoreEntry extends VolumeEntry {
  /** What the line is of. `restore` is one that a person asked for. */
  readonly kind: "drill" | "restore";
  /** Of a restore whose volume was there already: it proves nothing anew. */
  readonly created?: false;
}

/** What is in a volume was taken out of the cloud, or was meant to be. */
export interface OffsiteEntry extends VolumeEntry {
  /** What the line is of. */
  readonly kind: "offsite";
  /** The policy; absent when it was asked for by hand. */
  readonly policyId?: string;
  /** When the command began that took several volumes, one after another: what `every` of the policy counts from. */
  readonly runStartedAt: string;
}

/** One line of a record of runs. */
export type RecordEntry = RunEntry | RestoreEntry | OffsiteEntry;

/** A line that says nothing here. */
export interface LineAside {
  /** The file that it stands in. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /**
   * `cut`: a process was killed, or the disk was full, while it was written. `newer`: of a version of the record that
   * this program does not know. `foreign`: no line of a record.
   */
  readonly why: "cut" | "newer" | "foreign";
}

/** What a record says. */
export interface RunRecord {
  /** By the time at which they ended, oldest first. */
  readonly entries: readonly RecordEntry[];
  /** Lines that could not be used. */
  readonly aside: readonly LineAside[];
}
