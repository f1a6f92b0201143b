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
  /** Clouds by the names that the configuration gives them. Default: all. */
  readonly cloud?: OneOrMore;
  /** Patterns of names, any of which may fit: `*` is any text, `?` any one character; capitals count. */
  readonly name?: OneOrMore;
  /** Ids of volumes. One that no cloud has is reported as a failure. */
  readonly id?: OneOrMore;
  /** Tags, all of which the volume must carry, each `key` or `key:value`. Only where the provider returns them. */
  readonly tags?: OneOrMore;
}

/** A command to run around each new snapshot. */
export interface HookDefinition {
  /** The program and its arguments. No shell reads it. */
  readonly command: readonly string[];
  /** Elapsed time after which it is killed and has failed, such as `30s`. Default `1min`. */
  readonly timeout?: string;
  /** Names of environment variables that it inherits besides the harmless ones; never one with credentials. */
  readonly environment?: readonly string[];
}

/** What keeps retention from removing too much. */
export interface BrakesDefinition {
  /**
   * The largest share of a policy's good snapshots of one volume, the new one included, that one run may delete: above
   * 0, at most 1. Would more go, none go, and a failure is reported. Default 0.5.
   */
  readonly maxShare?: number;
  /** Elapsed time, such as `2h`: snapshots that were taken less long ago are never deleted. Default: none. */
  readonly minAge?: string;
}

/** A policy as written in a configuration. */
export interface PolicyDefinition {
  readonly select: SelectDefinition;
  readonly schedule: ScheduleDefinition;
  /** Without a `timezone`, that of the schedule. */
  readonly retention: RetentionRules;
  /**
   * What the names of snapshots begin with: letters, digits and `-`, starting with a letter; `{cloud}` and `{volume}`
   * are filled in. It can change at any time: snapshots are told by what follows it. Default `polyvol`.
   */
  readonly prefix?: string;
  /** Whether it is fine that no volume fits. Default false: that is a failure. */
  readonly allowEmpty?: boolean;
  /** Whether volumes in use are snapshotted (crash-consistent). Default true. */
  readonly allowAttached?: boolean;
  /** On how many of its volumes, on each cloud, work goes on at once. Default 8. */
  readonly concurrency?: number;
  readonly brakes?: BrakesDefinition;
  /** `before` and `after` each new snapshot, once for each volume. */
  readonly hooks?: { readonly before?: HookDefinition; readonly after?: HookDefinition };
}

/** Policies by id. An id never changes: the names of all snapshots of the policy hold it. */
export type PolicyDefinitions = Readonly<Record<string, PolicyDefinition>>;

/** A {@link HookDefinition} with its defaults. */
export interface Hook {
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
  readonly environment: readonly string[];
}

/** A checked policy with its defaults; made by `parsePolicies`. */
export interface Policy {
  readonly id: string;
  /** A key that is left out does not restrict. */
  readonly select: {
    readonly clouds?: readonly string[];
    readonly names?: readonly string[];
    readonly ids?: readonly string[];
    readonly tags?: readonly string[];
  };
  readonly schedule: Schedule;
  readonly retention: RetentionPolicy;
  readonly prefix: string;
  readonly allowEmpty: boolean;
  readonly allowAttached: boolean;
  readonly concurrency: number;
  readonly brakes: { readonly maxShare: number; readonly minAgeMs: number };
  readonly hooks: { readonly before?: Hook; readonly after?: Hook };
}
