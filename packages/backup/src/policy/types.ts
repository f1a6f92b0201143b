import type { RetentionRules } from "../retention/schema.ts";
import type { RetentionPolicy } from "../retention/types.ts";
import type { Schedule, ScheduleDefinition } from "../schedule/types.ts";

/** One text or several. */
export type OneOrMore = string | readonly string[];

/**
 * Which volumes a policy is about: those that fit every key that is given. At least one key is needed; all volumes of
 * all clouds are `{ name: "*" }`. A volume may be in several policies.
 */
export interface SelectDefinition {
  /** Clouds by the names that the configuration gives them. One without a volume that fits is reported. Default: all. */
  readonly cloud?: OneOrMore | undefined;
  /**
   * Patterns of names, any of which may fit: `*` is any text, `?` any one character; capitals count. One that no volume
   * fits is reported as a failure.
   */
  readonly name?: OneOrMore | undefined;
  /** Ids of volumes. One that no cloud has is reported as a failure. */
  readonly id?: OneOrMore | undefined;
  /**
   * Tags, all of which the volume must carry, each `key` or `key:value`; capitals count unless the provider makes no
   * difference. Only where the provider returns them.
   */
  readonly tags?: OneOrMore | undefined;
}

/** A command to run around each new snapshot. */
export interface HookDefinition {
  /** The program and its arguments. No shell reads it. */
  readonly command: readonly string[];
  /** Elapsed time after which it is killed and has failed, such as `30s`. Default `1min`. */
  readonly timeout?: string | undefined;
  /** Names of environment variables that it inherits besides the harmless ones; never one with credentials. */
  readonly environment?: readonly string[] | undefined;
}

/**
 * A command that takes what is in a snapshot out of the cloud. `polyvol backup offsite` runs it on a server of yours, for
 * one volume after another. How long what it has stored is kept is up to the tool that it calls.
 */
export interface OffsiteDefinition {
  /** The program and its arguments. No shell reads it. Where the data is, its environment says. */
  readonly command: readonly string[];
  /**
   * Elapsed time, such as `12h`, from the start of one success until a volume is due again; a tenth less counts too, so
   * that a timer of the same length need not be punctual. Default `1d`.
   */
  readonly every?: string | undefined;
  /** Elapsed time after which it is ended and has failed, such as `6h`. Default `1d`. */
  readonly timeout?: string | undefined;
  /** Whether the filesystem of the device is mounted, read-only, and the command told where. Default false. */
  readonly mount?: boolean | undefined;
  /**
   * Names of environment variables that it inherits besides the harmless ones. Credentials of its own may be among them;
   * those of a cloud it never inherits.
   */
  readonly environment?: readonly string[] | undefined;
}

/** What keeps retention from removing too much. */
export interface BrakesDefinition {
  /**
   * The largest share of a policy's good snapshots of one volume, the new one included, that one run may delete: above
   * 0, at most 1. Would more go, the oldest go up to it (at least one) with each new snapshot, and it is reported.
   * Default 0.5.
   */
  readonly maxShare?: number | undefined;
  /** Elapsed time, such as `2h`: snapshots that were taken less long ago are never deleted. Default: none. */
  readonly minAge?: string | undefined;
}

/** A policy as written in a configuration. */
export interface PolicyDefinition {
  /**
   * Ids that the policy had before: their snapshots are taken over, as if it had made them. None may be the id, or a
   * former id, of another policy. Default none.
   */
  readonly formerIds?: OneOrMore | undefined;
  /** Which volumes it is about. */
  readonly select: SelectDefinition;
  /** When snapshots are taken. */
  readonly schedule: ScheduleDefinition;
  /** Which snapshots stay. Without a `timezone`, that of the schedule. */
  readonly retention: RetentionRules;
  /**
   * What the names of snapshots begin with: letters, digits and `-`, starting with a letter; `{cloud}` and `{volume}`
   * are filled in. It can change at any time: snapshots are told by what follows it. Default `polyvol`.
   */
  readonly prefix?: string | undefined;
  /** Whether it is fine that no volume fits. Default false: that is a failure. */
  readonly allowEmpty?: boolean | undefined;
  /** Whether volumes in use are snapshotted (crash-consistent). Default true. */
  readonly allowAttached?: boolean | undefined;
  /**
   * How many of its requests, on each cloud, are in flight at once; with hooks, on how many of its volumes work goes on at
   * once. Snapshots that the provider is working on are not counted. Default 8.
   */
  readonly concurrency?: number | undefined;
  /** What keeps retention from removing too much. Each key has its own default. */
  readonly brakes?: BrakesDefinition | undefined;
  /** `before` and `after` each new snapshot, once for each volume. */
  readonly hooks?:
    | {
        /** Run before the snapshot is asked for; when it fails, none is taken. */
        readonly before?: HookDefinition | undefined;
        /** Run whenever `before` was begun, also after a failure. */
        readonly after?: HookDefinition | undefined;
      }
    | undefined;
  /** What takes the volumes' data out of the cloud, by `polyvol backup offsite`. Default: nothing. */
  readonly offsite?: OffsiteDefinition | undefined;
}

/**
 * Policies by id. The names of all snapshots of a policy hold its id: one that has to change goes into `formerIds`.
 */
export type PolicyDefinitions = Readonly<Record<string, PolicyDefinition>>;

/** A {@link HookDefinition} with its defaults. */
export interface Hook {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** After which it is killed, in milliseconds. */
  readonly timeoutMs: number;
  /** Names of variables that it inherits besides the harmless ones. */
  readonly environment: readonly string[];
}

/** An {@link OffsiteDefinition} with its defaults. */
export interface Offsite {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** From the start of one success until a volume is due again, in milliseconds. */
  readonly everyMs: number;
  /** After which it is ended, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the filesystem is mounted. */
  readonly mount: boolean;
  /** Names of variables that it inherits besides the harmless ones. */
  readonly environment: readonly string[];
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
