import { realClock } from "../kit/clock.ts";
import { type CommandInput, type ProviderCommand, UsageError } from "../kit/command.ts";
import { fromFile, readJson } from "../kit/command-shared.ts";
import { check, InvalidInput } from "../kit/validation.ts";
import type { TokenOptions } from "./auth.ts";
import { bulkSeed } from "./bulk.ts";
import { createDigitalOceanEmulator } from "./emulator.ts";
import type { DigitalOceanOptions, DropletOptions } from "./options.ts";
import { type OptionsData, optionsSchema } from "./options-schema.ts";
import type { ActionType } from "./records.ts";
import { isScope } from "./scopes.ts";

const TOKENS_VARIABLE = "POLYVOL_EMULATOR_TOKENS";
const ACTIONS: readonly ActionType[] = ["attach", "detach", "resize"];

/** `T` or `T=scope,scope`. An equals sign that no scopes follow belongs to the token. */
export function parseToken(text: string): TokenOptions {
  const mark = text.lastIndexOf("=");
  const scopes = mark < 1 ? [] : text.slice(mark + 1).split(",");
  if (scopes.length > 0 && scopes.every(isScope)) return { token: text.slice(0, mark), scopes };
  if (text === "") throw new UsageError("--token must not be empty");
  return { token: text };
}

function readTokens(input: CommandInput, base: OptionsData): DigitalOceanOptions["tokens"] {
  const fromEnvironment = (input.env[TOKENS_VARIABLE] ?? "").split(/\s+/).filter((text) => text !== "");
  const tokens = [...input.texts("token"), ...fromEnvironment].map(parseToken);
  if (tokens.length > 0) return tokens;
  if (base.tokens !== undefined) return base.tokens;
  input.note(`no token given (--token or ${TOKENS_VARIABLE}): any token is accepted`);
  return undefined;
}

function readDroplets(input: CommandInput): DropletOptions[] {
  return input.texts("droplet").map((text) => {
    const [, id, region] = /^(\d{1,15}):([a-z0-9]+)$/.exec(text) ?? [];
    if (id === undefined || region === undefined) {
      throw new UsageError(`--droplet takes ID:REGION such as 1001:nyc3, not "${text}"`);
    }
    return { id: Number(id), region };
  });
}

function readErroredActions(input: CommandInput): ActionType[] | undefined {
  return input
    .text("errored-actions")
    ?.split(",")
    .filter((text) => text !== "")
    .map((text) => {
      const type = ACTIONS.find((action) => action === text);
      if (type === undefined)
        throw new UsageError(`--errored-actions takes ${ACTIONS.join(",")}, not "${text}"`);
      return type;
    });
}

function readSnapshotNameScope(input: CommandInput): DigitalOceanOptions["snapshotNameScope"] {
  const text = input.text("snapshot-name-scope");
  if (text === undefined || text === "volume" || text === "account" || text === "none") return text;
  throw new UsageError(`--snapshot-name-scope takes volume, account or none, not "${text}"`);
}

/** The file of `--options`, with what the command line says in its place or besides. */
function readOptions(input: CommandInput): DigitalOceanOptions {
  const file = readJson(input, "options");
  const base =
    file === undefined ? {} : fromFile(input, "options", () => check(optionsSchema, file, "options"));
  const typed: DigitalOceanOptions = {
    tokens: readTokens(input, base),
    droplets: [...(base.droplets ?? []), ...readDroplets(input)],
    quotaPerMinute: input.whole("quota-per-minute"),
    quotaPerHour: input.whole("quota-per-hour"),
    snapshotNameScope: readSnapshotNameScope(input),
    snapshotIntervalMs: input.duration("snapshot-interval"),
    snapshotsPerVolume: input.whole("snapshots-per-volume"),
    volumesPerDroplet: input.whole("volumes-per-droplet"),
    volumeLimit: input.whole("volume-limit"),
    capacityGiB: input.whole("capacity"),
    actionDurationMs: input.duration("action-duration"),
    actionVisibleAfterMs: input.duration("action-visible-after"),
    erroredActions: readErroredActions(input),
    faithfulNulls: input.flag("faithful-nulls") || base.faithfulNulls,
    publicUrl: input.publicUrl,
  };
  const given = Object.entries(typed).filter(([, value]) => value !== undefined);
  return { ...input.shell, ...base, ...Object.fromEntries(given) };
}

/** `polyvol-emulator digitalocean …` */
export const digitalOceanCommand: ProviderCommand = {
  provider: "digitalocean",
  summary: "DigitalOcean API v2: volumes, snapshots, actions, tags",
  options: {
    token: {
      type: "string",
      multiple: true,
      value: "T[=SCOPE,…]",
      help: "token that is accepted, with its scopes (full, read, block_storage:read, …); default full",
    },
    droplet: {
      type: "string",
      multiple: true,
      value: "ID:REGION",
      help: "Droplet that exists, such as 1001:nyc3",
    },
    "action-duration": {
      type: "string",
      value: "TIME",
      help: "how long attach, detach, resize take; default 5s",
    },
    "action-visible-after": {
      type: "string",
      value: "TIME",
      help: "a new action is 404 for so long; default 0",
    },
    "errored-actions": {
      type: "string",
      value: "LIST",
      help: "actions that end errored, such as attach,resize",
    },
    "snapshot-interval": {
      type: "string",
      value: "TIME",
      help: "between snapshots of a volume; default 10m, 0s: off",
    },
    "snapshot-name-scope": {
      type: "string",
      value: "WHERE",
      help: "no two snapshots of one name in a volume, account or none (anywhere); default volume",
    },
    "snapshots-per-volume": { type: "string", value: "N", help: "default 25; 0: no limit" },
    "volumes-per-droplet": { type: "string", value: "N", help: "default 15" },
    "volume-limit": { type: "string", value: "N", help: "volumes in the account; default 0: no limit" },
    capacity: { type: "string", value: "GIB", help: "GiB of all volumes and snapshots; default 0: no limit" },
    "quota-per-minute": {
      type: "string",
      value: "N",
      help: "requests of a token in any minute; default 250, 0: off",
    },
    "quota-per-hour": {
      type: "string",
      value: "N",
      help: "in any hour; default 20 times the minute's, 0: off",
    },
    "faithful-nulls": { type: "boolean", help: "null instead of [] in answers to creations, as seen live" },
    options: { type: "string", value: "FILE", help: "JSON file with any other option of the emulator" },
  },
  environment: { [TOKENS_VARIABLE]: "more tokens as --token takes them, separated by spaces" },
  examples: [
    "digitalocean --port 4010 --token T",
    "digitalocean --token T --token reader=read --droplet 1001:nyc3 --action-duration 0s",
    "digitalocean --token T --volumes 1000 --snapshots 25000 --quota-per-minute 0",
  ],
  create(input) {
    try {
      const emulator = createDigitalOceanEmulator(readOptions(input));
      const { volumes, snapshots } = input;
      if (volumes + snapshots > 0) {
        emulator.seed(bulkSeed({ volumes, snapshots, until: (input.shell.clock ?? realClock).now() }));
      }
      return emulator;
    } catch (error) {
      if (error instanceof InvalidInput) throw new UsageError(error.message);
      throw error;
    }
  },
};
