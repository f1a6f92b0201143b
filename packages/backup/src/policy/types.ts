import type { RetentionPolicy } from "../retention/policy.ts";
import type { Schedule } from "../schedule/schedule.ts";

/** One text or several. */
export type OneOrMore = string | readonly string[];

/** A `HookDefinition` with its defaults. */
export interface Hook {
  /** The program and its arguments. No shell reads them. */
  readonly command: readonly [string, ...string[]];
  /** After which it is ended, with everything that it has started, in milliseconds. */
  readonly timeoutMs: number;
  /** Names of variables that it inherits besides the harmless ones. */
  readonly environment: readonly string[];
}

/** An `OffsiteDefinition` with its defaults. */
export interface Offsite extends Hook {
  /** From the start of one success until a volume is due again, in milliseconds. */
  readonly everyMs: number;
  /** Whether the filesystem is mounted. */
  readonly mount: boolean;
}

/** A checked policy with its defaults; made by `parsePolicies`. */
export interface Policy {
  /** The id in the configuration. */
  readonly id: string;
  /** Ids whose snapshots are its own, too. */
  readonly formerIds: readonly string[];
  /** A key that is left out does not restrict. */
  readonly select: {
    /** Names of clouds. */
    readonly clouds?: readonly string[];
    /** Patterns of names. */
    readonly names?: readonly string[];
    /** Ids of volumes. */
    readonly ids?: readonly string[];
    /** Tags, each `key` or `key:value`. */
    readonly tags?: readonly string[];
  };
  /** When snapshots are taken. */
  readonly schedule: Schedule;
  /** Which of them stay. */
  readonly retention: RetentionPolicy;
  /** What the names of its snapshots begin with. */
  readonly prefix: string;
  /** Whether it is fine that no volume fits. */
  readonly allowEmpty: boolean;
  /** Whether volumes in use are snapshotted. */
  readonly allowAttached: boolean;
  /** How many requests are in flight at once, on each cloud; with hooks, on how many volumes work goes on at once. */
  readonly concurrency: number;
  /** What keeps retention from removing too much. */
  readonly brakes: {
    /** Largest share that one run may delete. */
    readonly maxShare: number;
    /** Age up to which nothing is deleted, in milliseconds; 0 for none. */
    readonly minAgeMs: number;
  };
  /** Commands around each new snapshot. */
  readonly hooks: {
    /** Run before it. */
    readonly before?: Hook;
    /** Run after it. */
    readonly after?: Hook;
  };
  /** What takes the volumes' data out of the cloud. */
  readonly offsite?: Offsite;
}
