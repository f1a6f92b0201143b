import type { BlockStorageOptions, Clock, RequestQuota } from "@polyvol/core";
import {
  checkKeys,
  isHeaderSafe,
  type KeyRules,
  refusedArgument,
  type SecretSource,
  show,
  systemClock,
} from "@polyvol/core/driver";
import * as z from "zod";
import { KNOWN_VERSIONS, type SamsungScpApiVersion } from "./api-versions.ts";

/** The provider's clouds: `s` Samsung, `g` Sovereign (public sector), `e` Enterprise. */
export type SamsungScpEnvironment = "s" | "g" | "e";

/** What belongs to Samsung Cloud Platform. What is left out comes from the environment variable or default named. */
export interface SamsungScpDriverOptions {
  /** Access key id: the value, `{ file }`, or a callback asked before every request. Else `SCP_ACCESS_KEY`. */
  readonly accessKey?: SecretSource;
  /** Secret key, given like the access key. It signs requests and is never sent. Else `SCP_SECRET_KEY`. */
  readonly secretKey?: SecretSource;
  /** Such as `kr-west1`; volumes are made and listed in it. Else `SCP_REGION`. */
  readonly region?: string;
  /** Which of the provider's clouds. Else `SCP_ENVIRONMENT`. Not needed with `baseUrl`. */
  readonly environment?: SamsungScpEnvironment;
  /**
   * Origin of the service, in place of `https://virtualserver.{region}.{environment}.samsungsdscloud.com`. Plain
   * `http:` for loopback addresses only. Without `environment`, any region is taken.
   */
  readonly baseUrl?: string;
  /**
   * `negotiate` (default): the newest version that service and adapter both know and that is not withdrawn. An exact
   * version is sent as it is, and the service's list is not read.
   */
  readonly apiVersion?: "negotiate" | SamsungScpApiVersion;
  /** Negotiation reports a version that ends within so many days by a `version` event. Default 90. */
  readonly versionWarningDays?: number;
  /** Language of the service's error texts. Default `en-US`. */
  readonly acceptLanguage?: "en-US" | "ko-KR";
  /**
   * Session token of temporary credentials, sent as `X-Auth-Token`. Unproven: how the service wants it is not
   * documented; the vendor's own client has that header for a token.
   */
  readonly sessionToken?: SecretSource;
  /** Within how many milliseconds after a request its effect shows in listings. Default 2,000. */
  readonly settleMs?: number;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Request quotas to keep to. Default: none, as none are documented. */
  readonly quotas?: readonly RequestQuota[];
  /** Most requests in flight at once. Default 16. */
  readonly maxConcurrency?: number;
  /** Longest time for one attempt of a request, body included, in milliseconds. Default 30,000. */
  readonly attemptTimeoutMs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
}

/** Options of `createSamsungScpStorage`: the provider's own and those of every storage. */
export interface SamsungScpStorageOptions extends SamsungScpDriverOptions, BlockStorageOptions {}

type Filled = "accessKey" | "secretKey" | "region" | "baseUrl" | "apiVersion" | "versionWarningDays";
/** The options with every default filled in. Never printed: it can hold the keys. */
export type ResolvedConfig = SamsungScpDriverOptions &
  Required<Pick<SamsungScpDriverOptions, Filled | "acceptLanguage" | "settleMs" | "quotas" | "clock">>;

const REGIONS: Readonly<Record<SamsungScpEnvironment, readonly string[]>> = {
  s: ["kr-west1", "kr-east1"],
  g: ["kr-south1", "kr-south2", "kr-south3"],
  e: ["kr-west1", "kr-east1"],
};
const VARIABLES = {
  accessKey: "SCP_ACCESS_KEY",
  secretKey: "SCP_SECRET_KEY",
  region: "SCP_REGION",
  environment: "SCP_ENVIRONMENT",
} as const;

const anyFunction = z.custom((value) => typeof value === "function");
const positive = z.int().positive();
const count = z.int().nonnegative();
const secret = [
  z.union([z.string().refine(isHeaderSafe), z.strictObject({ file: z.string().min(1) }), anyFunction]),
  "text without white space, { file: path } or a callback",
] as const;
const quotas = z.array(z.strictObject({ requests: positive, windowMs: positive }));
const clock = z.custom((value) => typeof (value as Clock | null)?.now === "function");
/** Options that core itself checks; named here so that a misspelt one is noticed. */
const core = [z.unknown(), ""] as const;

/** A base URL can hold a password. */
const HIDDEN = ["accessKey", "secretKey", "sessionToken", "baseUrl"] as const;
const RULES: KeyRules<SamsungScpStorageOptions> = {
  accessKey: secret,
  secretKey: secret,
  region: [z.string().regex(/^[a-z0-9][a-z0-9-]*$/), "the id of a region, such as kr-west1"],
  environment: [z.enum(["s", "g", "e"]), "s (Samsung), g (Sovereign) or e (Enterprise)"],
  baseUrl: [z.url({ protocol: /^https?$/ }), "an https URL, or an http one of a loopback address"],
  apiVersion: [z.enum(["negotiate", ...KNOWN_VERSIONS]), `negotiate, ${KNOWN_VERSIONS.join(", ")}`],
  versionWarningDays: [count, "a whole number of days from 0"],
  acceptLanguage: [z.enum(["en-US", "ko-KR"]), "en-US or ko-KR"],
  sessionToken: secret,
  settleMs: [count, "a whole number of milliseconds from 0"],
  fetch: [anyFunction, "a function like the global fetch"],
  quotas: [quotas, "a list of { requests, windowMs }, whole numbers above 0"],
  maxConcurrency: [positive, "a whole number above 0"],
  attemptTimeoutMs: [positive, "a whole number of milliseconds above 0"],
  clock: [clock, "an object with now() and sleep()"],
  ...{ onEvent: core, retry: core, polling: core, timeoutMs: core, waitTimeoutMs: core },
  ...{ listConcurrency: core, without: core, limits: core, random: core },
};

/**
 * Checks options and fills in what they leave out.
 * @throws PolyvolError `invalid_argument` naming the option, what was found (never a secret) and what is allowed
 */
export function resolveConfig(
  options: SamsungScpStorageOptions,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedConfig {
  if (typeof options !== "object" || options === null) checkKeys(options, RULES, "option");
  // An empty variable is an unset one, and an option that is `undefined` is one that is left out.
  const found = Object.entries(VARIABLES).map(([key, name]) => [key, variables[name]?.trim() || undefined]);
  const all = [...found, ...Object.entries(options)].filter(([, value]) => value !== undefined);
  const given: object = Object.fromEntries(all);
  checkKeys<SamsungScpStorageOptions>(given, RULES, "option", HIDDEN);
  const { accessKey = missing("accessKey"), secretKey = missing("secretKey") } = given;
  const { region = missing("region"), environment, baseUrl } = given;
  if (baseUrl === undefined && environment === undefined) missing("environment");
  if (environment !== undefined && !REGIONS[environment].includes(region)) {
    const there = REGIONS[environment].join(", ");
    throw refusedArgument(
      `option region: found ${show(region)}, allowed in environment ${environment}: ${there}`,
    );
  }
  return {
    ...{ apiVersion: "negotiate", versionWarningDays: 90, acceptLanguage: "en-US", settleMs: 2_000 },
    ...{ clock: systemClock, quotas: given.limits?.requestQuotas ?? [] },
    ...given,
    ...{ accessKey, secretKey, region },
    baseUrl: baseUrl ?? `https://virtualserver.${region}.${environment}.samsungsdscloud.com`,
  };
}

/** The options that are core's: neither a key nor anything else of the provider goes there. */
export function storageOptions(options: SamsungScpStorageOptions): BlockStorageOptions {
  const names = (Object.keys(options) as (keyof SamsungScpStorageOptions)[]).filter(
    (name) => name === "clock" || RULES[name] === core,
  );
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

function missing(option: keyof typeof VARIABLES): never {
  const ways = `set it or the environment variable ${VARIABLES[option]}`;
  throw refusedArgument(`option ${option}: found none, ${ways}, allowed: ${RULES[option][1]}`);
}
