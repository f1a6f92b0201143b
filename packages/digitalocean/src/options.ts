import type { BlockStorageOptions, Clock, RequestQuota } from "@polyvol/core";
import {
  checkKeys,
  isHeaderSafe,
  type KeyRules,
  refusedArgument,
  type SecretSource,
  systemClock,
} from "@polyvol/core/driver";
import * as z from "zod";

/** What belongs to DigitalOcean. All of it is optional where the environment holds a token. */
export interface DigitalOceanDriverOptions {
  /**
   * API token: the value, `{ file }`, or a callback that is asked before every request (rotation). Default: the
   * environment variable `DIGITALOCEAN_TOKEN`, else `DIGITALOCEAN_ACCESS_TOKEN`.
   */
  readonly token?: SecretSource;
  /** Slug of the region for volumes whose creation names none, such as `nyc3`. Default: none, each has to name one. */
  readonly region?: string;
  /** Origin of the API. Default `https://api.digitalocean.com`. Plain `http:` for loopback addresses only. */
  readonly baseUrl?: string;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /**
   * Request quotas to keep to, for instance a share where other programs use the account, too; headers do not replace
   * them. Default: 5,000 in an hour and 250 in a minute, corrected by the headers of answers.
   */
  readonly quotas?: readonly RequestQuota[];
  /** Most requests in flight at once. Default 16. */
  readonly maxConcurrency?: number;
  /** Longest time for one attempt of a request, body included, in milliseconds. Default 30,000. */
  readonly attemptTimeoutMs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
}

/** Options of `createDigitalOceanStorage`: DigitalOcean's own and those of every storage. */
export interface DigitalOceanStorageOptions extends DigitalOceanDriverOptions, BlockStorageOptions {}

/** The options with every default filled in. Never printed: it can hold the token. */
export interface ResolvedConfig extends DigitalOceanDriverOptions {
  readonly token: SecretSource;
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly snapshotsPerVolume: number;
}

const anyFunction = z.custom((value) => typeof value === "function");
const positive = z.int().positive();
const token = z.union([
  z.string().refine(isHeaderSafe),
  z.strictObject({ file: z.string().min(1) }),
  anyFunction,
]);
const quotas = z.array(z.strictObject({ requests: positive, windowMs: positive }));
/** Options that core itself checks; named here so that a misspelt one is noticed. */
const core = [z.unknown(), ""] as const;

const RULES: KeyRules<DigitalOceanStorageOptions> = {
  token: [token, "a token, { file: path } or a callback"],
  region: [z.string().regex(/^[a-z0-9-]+$/), 'the slug of a region, such as "nyc3"'],
  baseUrl: [z.url({ protocol: /^https?$/ }), "an https URL, or an http one of a loopback address"],
  fetch: [anyFunction, "a function like the global fetch"],
  quotas: [quotas, "a list of { requests, windowMs }, whole numbers above 0"],
  maxConcurrency: [positive, "a whole number above 0"],
  attemptTimeoutMs: [positive, "a whole number of milliseconds above 0"],
  clock: [z.custom((value) => typeof Object(value).now === "function"), "an object with now() and sleep()"],
  onEvent: core,
  retry: core,
  polling: core,
  timeoutMs: core,
  waitTimeoutMs: core,
  listConcurrency: core,
  without: core,
  limits: core,
  random: core,
};

/**
 * Checks options and fills in what they leave out.
 * @throws PolyvolError `invalid_argument` naming the option, what was found (never a secret) and what is allowed
 */
export function resolveConfig(
  options: DigitalOceanStorageOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedConfig {
  // An address may hold a password.
  checkKeys(options, RULES, "option", ["token", "baseUrl"]);
  const { requestQuotas, snapshotsPerVolume } = options.limits ?? {};
  const ownQuotas = options.quotas ?? requestQuotas;
  return {
    ...options,
    token: options.token ?? tokenFrom(environment),
    baseUrl: options.baseUrl ?? "https://api.digitalocean.com",
    clock: options.clock ?? systemClock,
    snapshotsPerVolume: typeof snapshotsPerVolume === "number" ? snapshotsPerVolume : 25,
    ...(ownQuotas === undefined ? {} : { quotas: ownQuotas }),
  };
}

/** The options that are core's: neither the token nor anything else of DigitalOcean goes there. */
export function storageOptions(options: DigitalOceanStorageOptions): BlockStorageOptions {
  const names = (Object.keys(options) as (keyof DigitalOceanStorageOptions)[]).filter(
    (name) => name === "clock" || RULES[name] === core,
  );
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

function tokenFrom(environment: Readonly<Record<string, string | undefined>>): string {
  const names = ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"];
  const name = names.find((each) => environment[each]);
  const found = name === undefined ? undefined : environment[name];
  if (isHeaderSafe(found)) return found;
  if (found !== undefined)
    throw refusedArgument(`environment variable ${name}: found a text that cannot be a token`);
  throw refusedArgument(`no token: set the option "token" or the environment variable ${names.join(" or ")}`);
}
