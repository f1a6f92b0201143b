import { type BlockStorageOptions, CAPABILITIES, type Capabilities } from "@polyvol/core";
import {
  type Defined,
  omitUndefined,
  type Paging,
  parseValues,
  type Rules,
  rule,
  storageOptions,
  type ValueSchema,
  type ValuesOf,
} from "@polyvol/core/driver";
import * as z from "zod/mini";

/**
 * How changes end.
 *
 * - `none`: at once; the answer already shows the result.
 * - `state`: later on the clock; meanwhile the resource's state says what is going on.
 * - `record`: later on the clock, followed by a record of its own; of a running resize, attach, detach or revert the
 *   volume itself shows nothing.
 */
export type MemoryMode = "none" | "state" | "record";

/** How long each change takes, in milliseconds on the account's clock. */
export interface MemoryDurations {
  /** Default 6,000. */
  readonly createVolumeMs: number;
  /** Default 4,000. */
  readonly deleteVolumeMs: number;
  /** Default 5,000. */
  readonly resizeVolumeMs: number;
  /** Default 5,000. */
  readonly attachVolumeMs: number;
  /** Default 3,000. */
  readonly detachVolumeMs: number;
  /** Default 8,000. */
  readonly revertVolumeMs: number;
  /** Default 12,000. */
  readonly createSnapshotMs: number;
  /** Default 4,000. */
  readonly deleteSnapshotMs: number;
}

/** {@link MemoryDurations}, each of which may be left out. */
type MemoryDurationOverrides = {
  readonly [Name in keyof MemoryDurations]?: MemoryDurations[Name] | undefined;
};

/** Parts of the capabilities, each of which may be left out. */
type MemoryCapabilityOverrides = {
  readonly [Name in Exclude<keyof Capabilities, "limits">]?: Capabilities[Name] | undefined;
};

/** How many resources the account may hold; unlimited where left out. */
export interface MemoryQuota {
  /** Most volumes. */
  readonly volumes?: number | undefined;
  /** Most snapshots. */
  readonly snapshots?: number | undefined;
}

const DEFAULT_DURATIONS: MemoryDurations = {
  createVolumeMs: 6_000,
  deleteVolumeMs: 4_000,
  resizeVolumeMs: 5_000,
  attachVolumeMs: 5_000,
  detachVolumeMs: 3_000,
  revertVolumeMs: 8_000,
  createSnapshotMs: 12_000,
  deleteSnapshotMs: 4_000,
};

const DURATIONS = Object.keys(DEFAULT_DURATIONS) as (keyof MemoryDurations)[];
const text = z.string().check(z.minLength(1));
const texts = rule(z.readonly(z.array(text)), "a list of texts, none empty");
const named = rule(
  z.readonly(z.array(text).check(z.minLength(1))),
  "a list of at least one text, none empty",
);
const ms = z.number().check(z.nonnegative());
const milliseconds = rule(ms, "a number of milliseconds from 0");
const count = z.optional(z.int().check(z.nonnegative()));
const size = z.int().check(z.positive());
const names = z.optional(
  z.strictObject({ enforced: z.boolean(), scope: z.enum(["region", "volume", "account"]) }),
);

const own = {
  /** Provider name on resources and errors. Default `memory`. */
  provider: rule(text, "a text that is not empty"),
  /** Default: the machine's own clock. */
  clock: storageOptions.clock,
  /** `enforced` (default): a second resource of one name is refused. `free`: names may repeat. */
  names: rule(z.enum(["enforced", "free"]), '"enforced" or "free"'),
  /** Whether changes take time; an object sets how long each of them does. Default `false`. */
  asynchronous: rule<boolean | MemoryDurationOverrides>(
    z.union([z.boolean(), z.partialRecord(z.enum(DURATIONS), z.optional(ms))]),
    `true, false, or milliseconds from 0 by name: ${DURATIONS.join(", ")}`,
  ),
  /** Default: `state` where changes take time, `none` elsewhere. */
  mode: rule(z.enum(["none", "state", "record"]), '"none", "state" or "record"'),
  /** How listings are cut. Default: numbered pages of 1 to 200. */
  paging: rule<Paging>(
    z.discriminatedUnion("style", [
      z.strictObject({ style: z.literal("numbered"), minPageSize: size, maxPageSize: size }),
      z.strictObject({ style: z.enum(["marker", "cursor"]), maxPageSize: size }),
    ]),
    "{ style, maxPageSize }, of numbered pages also minPageSize",
  ),
  /** Order of listings by creation. Default `oldest_first`. */
  order: rule(z.enum(["oldest_first", "newest_first"]), '"oldest_first" or "newest_first"'),
  /** Replaces parts of the capabilities: by default everything is supported but `volumes.multiAttach`. */
  capabilities: rule(
    z.strictObject({
      supports: z.optional(z.array(z.enum(CAPABILITIES))),
      volumeNames: names,
      snapshotNames: names,
      requestCosts: z.optional(z.object({})),
    }) as unknown as ValueSchema<MemoryCapabilityOverrides>,
    `supports (of ${CAPABILITIES.join(", ")}), volumeNames, snapshotNames`,
  ),
  /** How much fits into the account. Default: no end. */
  quota: rule<MemoryQuota>(
    z.strictObject({ volumes: count, snapshots: count }),
    "volumes, snapshots: whole numbers from 0",
  ),
  /** See `settleMs` of a driver. Default 2,000 where names are free, 0 where they are enforced. */
  settleMs: milliseconds,
  /** Pauses between looks. Default 1,000 at first, 5,000 at most. */
  polling: rule(
    z.strictObject({
      /** Before the first look. */
      initialDelayMs: ms,
      /** At most between two looks. */
      maxDelayMs: ms,
    }),
    "initialDelayMs and maxDelayMs, in milliseconds from 0",
  ),
  /** Regions that exist; the first is the default of creations. Default `mem-1` and `mem-2`. */
  regions: named,
  /** Ids of the servers that volumes can be attached to. Default `server-1` and `server-2`. */
  servers: texts,
  /** Volume types that exist; the first is the default. Default `standard` and `fast`. */
  volumeTypes: named,
  /** Size of a volume made from a snapshot: the one asked for (default), or whatever was asked, the snapshot's own. */
  restoreSize: rule(z.enum(["asked", "snapshot"]), '"asked" or "snapshot"'),
  /** Listings show which resources there were so many milliseconds ago; reads by id are always fresh. Default 0. */
  listDelayMs: milliseconds,
  /** Time from sending a call to its commit, in milliseconds. Default 0. */
  latencyMs: milliseconds,
};

/** The rules of an account in memory. Everything has a default, and the default is the simplest provider there can be. */
export interface MemoryAccountOptions
  extends ValuesOf<typeof own>,
    /** `limits` replaces single limits. */
    Pick<BlockStorageOptions, "limits"> {}

/** What the options of an account may be. */
export const accountRules: Rules = { ...own, limits: storageOptions.limits };

/** {@link MemoryAccountOptions} with every default filled in. */
export interface MemorySettings
  extends Defined<
    Required<Omit<MemoryAccountOptions, "clock" | "names" | "asynchronous" | "capabilities" | "limits">>
  > {
  /** How long each change takes. */
  readonly durations: MemoryDurations;
}

/** The options of an account. @throws PolyvolError `invalid_argument` naming what was found and what is allowed */
export function checkAccountOptions(given: unknown): MemoryAccountOptions {
  return parseValues(given, accountRules) as MemoryAccountOptions;
}

/** Fills in the defaults. `namesEnforced`: whether the provider refuses a second resource of one name. */
export function resolveSettings(options: MemoryAccountOptions, namesEnforced: boolean): MemorySettings {
  const { asynchronous = false, quota = {} } = options;
  const mode: MemoryMode = options.mode ?? (asynchronous === false ? "none" : "state");
  const paging: Paging = options.paging ?? { style: "numbered", minPageSize: 1, maxPageSize: 200 };
  return {
    provider: options.provider ?? "memory",
    mode,
    durations: {
      ...DEFAULT_DURATIONS,
      ...(typeof asynchronous === "object" ? omitUndefined(asynchronous) : {}),
    },
    paging,
    order: options.order ?? "oldest_first",
    quota,
    settleMs: options.settleMs ?? (namesEnforced ? 0 : 2_000),
    polling: options.polling ?? { initialDelayMs: 1_000, maxDelayMs: 5_000 },
    regions: options.regions ?? ["mem-1", "mem-2"],
    servers: options.servers ?? ["server-1", "server-2"],
    volumeTypes: options.volumeTypes ?? ["standard", "fast"],
    restoreSize: options.restoreSize ?? "asked",
    listDelayMs: options.listDelayMs ?? 0,
    latencyMs: options.latencyMs ?? 0,
  };
}
