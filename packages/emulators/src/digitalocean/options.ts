import type { EmulatorOptions } from "../kit/emulator.ts";
import type { TokenOptions } from "./auth.ts";
import type { ActionType, DropletActionType } from "./records.ts";
import { DEFAULT_REGIONS, type RegionOptions } from "./regions.ts";

/** A Droplet that exists from the start. */
export interface DropletOptions {
  /** Its number. */
  readonly id: number;
  /** Region slug. */
  readonly region: string;
  /** Default `droplet-<id>`. */
  readonly name?: string | undefined;
}

/** Options of the DigitalOcean emulator. All are optional. */
export interface DigitalOceanOptions extends EmulatorOptions {
  /** Tokens that are accepted. Default: any token that is not empty, with full access. */
  readonly tokens?: readonly (string | TokenOptions)[] | undefined;
  /** Droplets that exist from the start and after every reset. */
  readonly droplets?: readonly DropletOptions[] | undefined;
  /** Default: the documented regions. */
  readonly regions?: readonly RegionOptions[] | undefined;
  /** Requests that a token may make in any 60 seconds. Default 250; 0: no such limit. */
  readonly quotaPerMinute?: number | undefined;
  /** Requests that a token may make in any hour. Default 20 times `quotaPerMinute`; 0: no such limit. */
  readonly quotaPerHour?: number | undefined;
  /** Least time between two snapshots of one volume, in ms. Default 600,000 (10 minutes); 0: no such rule. */
  readonly snapshotIntervalMs?: number | undefined;
  /** Sends `retry-after` with the answer that refuses a snapshot by that rule. Default false. */
  readonly snapshotRetryAfter?: boolean | undefined;
  /** What is looked at first when both hold: a taken name (409) or the time between snapshots (429). Default `name`. */
  readonly snapshotCheckFirst?: "name" | "interval" | undefined;
  /** Where two snapshots cannot have one name. Default `volume`. */
  readonly snapshotNameScope?: "volume" | "account" | "none" | undefined;
  /** Default 25; 0: no limit. */
  readonly snapshotsPerVolume?: number | undefined;
  /** Status of the refusal of one snapshot more. Default 403. */
  readonly snapshotLimitStatus?: 403 | 422 | 429 | undefined;
  /** What snapshots show instead of a region's slug, such as `{ nyc1: "nbg1" }`. Default: nothing. */
  readonly snapshotRegionNames?: Readonly<Record<string, string>> | undefined;
  /** Default 15. */
  readonly volumesPerDroplet?: number | undefined;
  /** Most characters of a volume's name. Default 64, as documented; the service itself said 63 in 2017. */
  readonly volumeNameLength?: number | undefined;
  /** Largest volume, in GiB. Default 16,384. */
  readonly maxVolumeGiB?: number | undefined;
  /** `account.volume_limit`; more volumes are refused with 403. Default 0: no limit. */
  readonly volumeLimit?: number | undefined;
  /** GiB that all volumes and snapshots together may have; more is refused with 403. Default 0: no limit. */
  readonly capacityGiB?: number | undefined;
  /**
   * How long actions run, in ms, for all or by kind (`create` and `snapshot` are a Droplet's). Default 5,000; 0: they
   * are completed when answered.
   */
  readonly actionDurationMs?:
    | number
    | Readonly<Partial<Record<ActionType | DropletActionType, number>>>
    | undefined;
  /** Reads of an action give 404 for so long after its creation, in ms. Default 0. */
  readonly actionVisibleAfterMs?: number | undefined;
  /** Kinds of action that end `errored` and change nothing. Default: none. */
  readonly erroredActions?: readonly ActionType[] | undefined;
  /** `droplet_ids` and `tags` are null in the answer to a creation, as seen live. Default false: `[]` everywhere. */
  readonly faithfulNulls?: boolean | undefined;
  /** Status of the refusal of a tag with a forbidden character in a creation. Default 422. */
  readonly invalidTagStatus?: 400 | 422 | undefined;
  /** Base URL of the links between pages. Default: the scheme and host of the request. */
  readonly publicUrl?: string | undefined;
}

/** The options with every default filled in. */
export interface Settings {
  readonly droplets: readonly DropletOptions[];
  readonly regions: readonly RegionOptions[];
  readonly quotaPerMinute: number;
  readonly quotaPerHour: number;
  readonly snapshotIntervalMs: number;
  readonly snapshotRetryAfter: boolean;
  readonly snapshotCheckFirst: "name" | "interval";
  readonly snapshotNameScope: "volume" | "account" | "none";
  readonly snapshotsPerVolume: number;
  readonly snapshotLimitStatus: 403 | 422 | 429;
  readonly snapshotRegionNames: Readonly<Record<string, string>>;
  readonly volumesPerDroplet: number;
  readonly volumeNameLength: number;
  readonly maxVolumeGiB: number;
  readonly volumeLimit: number;
  readonly capacityGiB: number;
  readonly actionDurationMs: Readonly<Record<ActionType | DropletActionType, number>>;
  readonly actionVisibleAfterMs: number;
  readonly erroredActions: ReadonlySet<ActionType>;
  readonly faithfulNulls: boolean;
  readonly invalidTagStatus: 400 | 422;
  readonly publicUrl: string | undefined;
  readonly randomSeed: number;
}

const ACTION_MS = 5000;

function durations(option: DigitalOceanOptions["actionDurationMs"]): Settings["actionDurationMs"] {
  const all = typeof option === "number" ? option : ACTION_MS;
  const usual = { attach: all, detach: all, resize: all, create: all, snapshot: all };
  return typeof option === "object" ? { ...usual, ...option } : usual;
}

/** Fills in the defaults. */
export function settingsOf(options: DigitalOceanOptions): Settings {
  const quotaPerMinute = options.quotaPerMinute ?? 250;
  return {
    droplets: options.droplets ?? [],
    regions: options.regions ?? DEFAULT_REGIONS,
    quotaPerMinute,
    quotaPerHour: options.quotaPerHour ?? 20 * quotaPerMinute,
    snapshotIntervalMs: options.snapshotIntervalMs ?? 600_000,
    snapshotRetryAfter: options.snapshotRetryAfter ?? false,
    snapshotCheckFirst: options.snapshotCheckFirst ?? "name",
    snapshotNameScope: options.snapshotNameScope ?? "volume",
    snapshotsPerVolume: options.snapshotsPerVolume ?? 25,
    snapshotLimitStatus: options.snapshotLimitStatus ?? 403,
    snapshotRegionNames: options.snapshotRegionNames ?? {},
    volumesPerDroplet: options.volumesPerDroplet ?? 15,
    volumeNameLength: options.volumeNameLength ?? 64,
    maxVolumeGiB: options.maxVolumeGiB ?? 16_384,
    volumeLimit: options.volumeLimit ?? 0,
    capacityGiB: options.capacityGiB ?? 0,
    actionDurationMs: durations(options.actionDurationMs),
    actionVisibleAfterMs: options.actionVisibleAfterMs ?? 0,
    erroredActions: new Set(options.erroredActions ?? []),
    faithfulNulls: options.faithfulNulls ?? false,
    invalidTagStatus: options.invalidTagStatus ?? 422,
    publicUrl: options.publicUrl?.replace(/\/+$/, ""),
    randomSeed: options.randomSeed ?? 1,
  };
}
