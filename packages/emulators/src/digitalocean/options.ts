import * as z from "zod";
import { commandLine, UsageError } from "../kit/command-line.ts";
import type { EmulatorOptions } from "../kit/emulator-types.ts";
import { httpUrl, milliseconds, positive, strictObject, text, whole } from "../kit/validation.ts";
import { isScope, token } from "./auth.ts";

const droplet = strictObject({
  /** Its number. */
  id: positive,
  /** Region slug. */
  region: text,
  /** Default `droplet-<id>`. */
  name: text.optional(),
});

const region = strictObject({
  /** Such as `nyc3`. */
  slug: text,
  /** Such as `New York 3`. Default: the slug. */
  name: text.optional(),
  /** Whether volumes can be made there. Default true. */
  storage: z.boolean().optional(),
  /** Whether Droplets can be made there. Default true. */
  available: z.boolean().optional(),
});

/** The regions of the provider's documentation; the oldest ones offer no volumes. */
const DEFAULT_REGIONS: readonly z.input<typeof region>[] = [
  { slug: "ams1", name: "Amsterdam 1", storage: false, available: false },
  { slug: "ams2", name: "Amsterdam 2", storage: false },
  { slug: "ams3", name: "Amsterdam 3" },
  { slug: "atl1", name: "Atlanta 1" },
  { slug: "blr1", name: "Bangalore 1" },
  { slug: "fra1", name: "Frankfurt 1" },
  { slug: "lon1", name: "London 1" },
  { slug: "nyc1", name: "New York 1" },
  { slug: "nyc2", name: "New York 2" },
  { slug: "nyc3", name: "New York 3" },
  { slug: "sfo1", name: "San Francisco 1", storage: false },
  { slug: "sfo2", name: "San Francisco 2" },
  { slug: "sfo3", name: "San Francisco 3" },
  { slug: "sgp1", name: "Singapore 1" },
  { slug: "syd1", name: "Sydney 1" },
  { slug: "tor1", name: "Toronto 1" },
];

/** How long actions run unless told otherwise. */
const ACTION_MS = 5000;

const durations = strictObject({
  /** Of a volume. */
  attach: milliseconds.default(ACTION_MS),
  /** Of a volume. */
  detach: milliseconds.default(ACTION_MS),
  /** Of a volume. */
  resize: milliseconds.default(ACTION_MS),
  /** Of a Droplet. */
  create: milliseconds.default(ACTION_MS),
  /** Of a Droplet. */
  snapshot: milliseconds.default(ACTION_MS),
});

/** The same for all kinds of action, or what is given by kind. */
function durationsOf(given: number | z.output<typeof durations>): z.output<typeof durations> {
  if (typeof given !== "number") return given;
  return { attach: given, detach: given, resize: given, create: given, snapshot: given };
}

/** What the emulator of DigitalOcean can be told, besides what every emulator can. */
export const optionsSchema = strictObject({
  /** Tokens that are accepted. Default: any token that is not empty, with full access. */
  tokens: z
    .array(z.union([text, token], "must be a token or { token, scopes }"))
    .min(1, "must have at least one token")
    .readonly()
    .optional()
    .register(commandLine, {
      flags: "--token <t[=scope,…]>",
      help: "token that is accepted, with its scopes (full, read, block_storage:read, …); default full",
      read: parseToken,
    }),
  /** Droplets that exist from the start and after every reset. */
  droplets: z.array(droplet).readonly().default([]).register(commandLine, {
    flags: "--droplet <id:region>",
    help: "Droplet that exists, such as 1001:nyc3",
    read: parseDroplet,
  }),
  /** Default: the documented regions. */
  regions: z.array(region).min(1, "must have at least one region").readonly().default(DEFAULT_REGIONS),
  /**
   * How long actions run, in ms, for all or by kind (`create` and `snapshot` are a Droplet's). Default 5,000; 0: they
   * are completed when answered.
   */
  actionDurationMs: z
    .union([milliseconds, durations], "must be milliseconds, or milliseconds by kind of action")
    .default(ACTION_MS)
    .transform(durationsOf)
    .register(commandLine, {
      flags: "--action-duration <time>",
      help: "how long attach, detach, resize take",
    }),
  /** Reads of an action give 404 for so long after its creation, in ms. Default 0. */
  actionVisibleAfterMs: milliseconds.default(0).register(commandLine, {
    flags: "--action-visible-after <time>",
    help: "a new action is 404 for so long",
  }),
  /** Kinds of action that end `errored` and change nothing. Default: none. */
  erroredActions: z
    .array(z.enum(["attach", "detach", "resize"]))
    .readonly()
    .default([])
    .register(commandLine, {
      flags: "--errored-actions <list>",
      help: "actions that end errored, such as attach,resize",
    }),
  /** Least time between two snapshots of one volume, in ms. Default 600,000 (10 minutes); 0: no such rule. */
  snapshotIntervalMs: milliseconds.default(600_000).register(commandLine, {
    flags: "--snapshot-interval <time>",
    help: "between snapshots of a volume, 0s: off",
  }),
  /** Sends `retry-after` with the answer that refuses a snapshot by that rule. Default false. */
  snapshotRetryAfter: z.boolean().default(false),
  /** What is looked at first when both hold: a taken name (409) or the time between snapshots (429). Default `name`. */
  snapshotCheckFirst: z.enum(["name", "interval"]).default("name"),
  /** Where two snapshots cannot have one name. Default `volume`. */
  snapshotNameScope: z.enum(["volume", "account", "none"]).default("volume").register(commandLine, {
    flags: "--snapshot-name-scope <where>",
    help: "no two snapshots of one name in a volume, account or none (anywhere)",
  }),
  /** Default 25; 0: no limit. */
  snapshotsPerVolume: whole
    .default(25)
    .register(commandLine, { flags: "--snapshots-per-volume <n>", help: "of one volume, 0: no limit" }),
  /** Status of the refusal of one snapshot more. Default 403. */
  snapshotLimitStatus: z.literal([403, 422, 429]).default(403),
  /** What snapshots show instead of a region's slug, such as `{ nyc1: "nbg1" }`. Default: nothing. */
  snapshotRegionNames: z.record(z.string(), z.string()).readonly().default({}),
  /** Default 15. */
  volumesPerDroplet: whole
    .default(15)
    .register(commandLine, { flags: "--volumes-per-droplet <n>", help: "attached at once" }),
  /** `account.volume_limit`; more volumes are refused with 403. Default 0: no limit. */
  volumeLimit: whole.default(0).register(commandLine, {
    flags: "--volume-limit <n>",
    help: "volumes in the account, 0: no limit",
  }),
  /** GiB that all volumes and snapshots together may have; more is refused with 403. Default 0: no limit. */
  capacityGiB: whole.default(0).register(commandLine, {
    flags: "--capacity <gib>",
    help: "GiB of all volumes and snapshots, 0: no limit",
  }),
  /** Most characters of a volume's name. Default 64, as documented; the service itself said 63 in 2017. */
  volumeNameLength: positive.default(64),
  /** Largest volume, in GiB. Default 16,384. */
  maxVolumeGiB: positive.default(16_384),
  /** Requests that a token may make in any 60 seconds. Default 250; 0: no such limit. */
  quotaPerMinute: whole.default(250).register(commandLine, {
    flags: "--quota-per-minute <n>",
    help: "requests of a token in any minute, 0: off",
  }),
  /** Requests that a token may make in any hour. Default 20 times `quotaPerMinute`; 0: no such limit. */
  quotaPerHour: whole.optional().register(commandLine, {
    flags: "--quota-per-hour <n>",
    help: "in any hour; default 20 times the minute's, 0: off",
  }),
  /** `droplet_ids` and `tags` are null in the answer to a creation, as seen live. Default false: `[]` everywhere. */
  faithfulNulls: z.boolean().default(false).register(commandLine, {
    flags: "--faithful-nulls",
    help: "null instead of [] in answers to creations, as seen live",
  }),
  /** Status of the refusal of a tag with a forbidden character in a creation. Default 422. */
  invalidTagStatus: z.literal([400, 422]).default(422),
  /** Base URL of the links between pages. Default: the scheme and host of the request. */
  publicUrl: httpUrl.optional(),
}).superRefine(({ droplets, regions }, context) => {
  const slugs = regions.map(({ slug }) => slug);
  for (const [index, { id, region }] of droplets.entries()) {
    const problem = slugs.includes(region)
      ? droplets.findIndex((other) => other.id === id) < index && `${id} is given twice`
      : `${id} is in "${region}", which is no region; known: ${slugs.join(", ")}`;
    if (problem) context.addIssue({ code: "custom", path: ["droplets"], message: problem });
  }
});

/** Options of the DigitalOcean emulator. All are optional. */
export interface DigitalOceanOptions extends EmulatorOptions, z.input<typeof optionsSchema> {}

/** A token and what it may do. */
export type TokenOptions = z.input<typeof token>;

/** A Droplet that exists from the start. */
export type DropletOptions = z.input<typeof droplet>;

/** A region of the emulated account. */
export type RegionOptions = z.input<typeof region>;

/** The options with every default filled in. */
export type ResolvedOptions = z.output<typeof optionsSchema>;

/** `T` or `T=scope,scope`. An equals sign that no scopes follow belongs to the token. */
export function parseToken(text: string, name: string): TokenOptions {
  const mark = text.lastIndexOf("=");
  const scopes = mark < 1 ? [] : text.slice(mark + 1).split(",");
  if (scopes.length > 0 && scopes.every(isScope)) return { token: text.slice(0, mark), scopes };
  if (text === "") throw new UsageError(`${name} must not be empty`);
  return { token: text };
}

function parseDroplet(text: string, name: string): DropletOptions {
  const [, id, region] = /^(\d{1,15}):([a-z0-9]+)$/.exec(text) ?? [];
  if (id === undefined || region === undefined)
    throw new UsageError(`${name} takes ID:REGION such as 1001:nyc3, not "${text}"`);
  return { id: Number(id), region };
}
