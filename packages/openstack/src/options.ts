import type { BlockStorageOptions, Clock, RequestQuota } from "@polyvol/core";
import {
  checkKeys,
  type KeyRules,
  refusedArgument,
  type SecretSource,
  systemClock,
} from "@polyvol/core/driver";
import * as z from "zod";
import { isVersion, type OpenStackApiVersion } from "./api-versions.ts";

/**
 * What belongs to OpenStack. Whom it is for (all but `region` and `interface`) comes from the options, or, where no
 * `authUrl` is given, all of it from the environment variables named: never a part from each.
 */
export interface OpenStackDriverOptions {
  /** The identity service (Keystone), such as `https://cloud.example:5000/v3`. Else `OS_AUTH_URL`. */
  readonly authUrl?: string;
  /** Name of the user, within a domain. Else `OS_USERNAME`. */
  readonly username?: string;
  /** Id of the user, in place of its name and domain. Else `OS_USER_ID`. */
  readonly userId?: string;
  /** Domain of the user by name. Else `OS_USER_DOMAIN_NAME`; without one the domain with the id `default`. */
  readonly userDomainName?: string;
  /** Domain of the user by id. Else `OS_USER_DOMAIN_ID`. */
  readonly userDomainId?: string;
  /** Password: the value, `{ file }`, or a callback asked at every login. Else `OS_PASSWORD`. */
  readonly password?: SecretSource;
  /** Name of the project, within a domain. Else `OS_PROJECT_NAME`. */
  readonly projectName?: string;
  /** Id of the project, in place of its name and domain. Else `OS_PROJECT_ID`. */
  readonly projectId?: string;
  /** Domain of the project by name. Else `OS_PROJECT_DOMAIN_NAME`; without one the domain with the id `default`. */
  readonly projectDomainName?: string;
  /** Domain of the project by id. Else `OS_PROJECT_DOMAIN_ID`. */
  readonly projectDomainId?: string;
  /** Id of an application credential, which has its project with it. Else `OS_APPLICATION_CREDENTIAL_ID`. */
  readonly applicationCredentialId?: string;
  /** Its name, together with the user. Else `OS_APPLICATION_CREDENTIAL_NAME`. */
  readonly applicationCredentialName?: string;
  /** Its secret, given like the password. Else `OS_APPLICATION_CREDENTIAL_SECRET`. */
  readonly applicationCredentialSecret?: SecretSource;
  /** A token of Keystone that is there already, given like the password. It ends when it ends. Else `OS_TOKEN`. */
  readonly token?: SecretSource;
  /** Region: volumes are made and listed in it. Else `OS_REGION_NAME`, else the only one there is. */
  readonly region?: string;
  /** Which of the catalogue's addresses: `public` (default), `internal` or `admin`. Else `OS_INTERFACE`. */
  readonly interface?: "public" | "internal" | "admin";
  /**
   * Address of block storage in place of the catalogue's, with or without version and project. Plain `http:` for
   * loopback addresses only.
   */
  readonly baseUrl?: string;
  /**
   * `negotiate` (default): the newest microversion that service and adapter both know. An exact one, such as `3.50`, is
   * sent as it is, and the service's list is not read.
   */
  readonly apiVersion?: "negotiate" | OpenStackApiVersion;
  /** Within how many milliseconds after a request its effect shows in listings. Default 2,000. */
  readonly settleMs?: number;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Request quotas to keep to. Default: none, as the service has none. */
  readonly quotas?: readonly RequestQuota[];
  /** Most requests in flight at once. Default 16. */
  readonly maxConcurrency?: number;
  /** Longest time for one attempt of a request, body included, in milliseconds. Default 30,000. */
  readonly attemptTimeoutMs?: number;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
}

/** Options of `createOpenStackStorage`: the provider's own and those of every storage. */
export interface OpenStackStorageOptions extends OpenStackDriverOptions, BlockStorageOptions {}

/** How a token is had: what goes into the request beside the secret, and where the secret comes from. */
export interface Identity {
  readonly method: "password" | "application_credential" | "token";
  readonly secret: SecretSource;
  /** User or credential; nothing for a token. */
  readonly named: object;
  /** Project; absent where the credential has it with it. */
  readonly scope?: object;
}

/** The options with every default filled in. Never printed: it can hold a secret. */
export type ResolvedOptions = Pick<
  OpenStackDriverOptions,
  "region" | "baseUrl" | "fetch" | "maxConcurrency" | "attemptTimeoutMs"
> &
  Required<
    Pick<OpenStackDriverOptions, "authUrl" | "interface" | "apiVersion" | "settleMs" | "quotas" | "clock">
  > & {
    readonly identity: Identity;
  };

const IDENTITY_VARIABLES = {
  authUrl: "OS_AUTH_URL",
  username: "OS_USERNAME",
  userId: "OS_USER_ID",
  userDomainName: "OS_USER_DOMAIN_NAME",
  userDomainId: "OS_USER_DOMAIN_ID",
  password: "OS_PASSWORD",
  projectName: "OS_PROJECT_NAME",
  projectId: "OS_PROJECT_ID",
  projectDomainName: "OS_PROJECT_DOMAIN_NAME",
  projectDomainId: "OS_PROJECT_DOMAIN_ID",
  applicationCredentialId: "OS_APPLICATION_CREDENTIAL_ID",
  applicationCredentialName: "OS_APPLICATION_CREDENTIAL_NAME",
  applicationCredentialSecret: "OS_APPLICATION_CREDENTIAL_SECRET",
  token: "OS_TOKEN",
} as const;
const PLACE_VARIABLES = { region: "OS_REGION_NAME", interface: "OS_INTERFACE" } as const;

const anyFunction = z.custom((value) => typeof value === "function");
const positive = z.int().positive();
const count = z.int().nonnegative();
const words = [z.string().min(1), "a text that is not empty"] as const;
const secret = [
  z.union([z.string().min(1), z.strictObject({ file: z.string().min(1) }), anyFunction]),
  "text, { file: path } or a callback",
] as const;
const url = [z.url({ protocol: /^https?$/ }), "an https URL, or an http one of a loopback address"] as const;
const quotas = z.array(z.strictObject({ requests: positive, windowMs: positive }));
const clock = z.custom((value) => typeof (value as Clock | null)?.now === "function");
/** Options that core itself checks; named here so that a misspelt one is noticed. */
const core = [z.unknown(), ""] as const;

/** A URL can hold a password. */
const HIDDEN = ["password", "applicationCredentialSecret", "token", "authUrl", "baseUrl"] as const;
const RULES: KeyRules<OpenStackStorageOptions> = {
  authUrl: url,
  ...{ username: words, userId: words, userDomainName: words, userDomainId: words, password: secret },
  ...{ projectName: words, projectId: words, projectDomainName: words, projectDomainId: words },
  ...{
    applicationCredentialId: words,
    applicationCredentialName: words,
    applicationCredentialSecret: secret,
  },
  token: secret,
  region: words,
  interface: [z.enum(["public", "internal", "admin"]), "public, internal or admin"],
  baseUrl: url,
  apiVersion: [
    z.union([z.literal("negotiate"), z.custom(isVersion)]),
    "negotiate, or a microversion such as 3.50",
  ],
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
export function resolveOptions(
  options: OpenStackStorageOptions,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): ResolvedOptions {
  if (typeof options !== "object" || options === null) checkKeys(options, RULES, "option");
  // An empty variable is an unset one, and an option that is `undefined` is one that is left out.
  const read = (names: Readonly<Record<string, string>>): [string, unknown][] =>
    Object.entries(names).map(([key, name]) => [key, variables[name]?.trim() || undefined]);
  const found = [
    ...read(PLACE_VARIABLES),
    ...(options.authUrl === undefined ? read(IDENTITY_VARIABLES) : []),
  ];
  const all = [...found, ...Object.entries(options)].filter(([, value]) => value !== undefined);
  const given: object = Object.fromEntries(all);
  checkKeys<OpenStackStorageOptions>(given, RULES, "option", HIDDEN);
  const { authUrl } = given;
  if (authUrl === undefined) {
    throw refusedArgument("option authUrl: found none, set it or the environment variable OS_AUTH_URL");
  }
  const { region, baseUrl, fetch, maxConcurrency, attemptTimeoutMs } = given;
  return {
    ...{ interface: "public", apiVersion: "negotiate", settleMs: 2_000, clock: systemClock },
    quotas: given.limits?.requestQuotas ?? [],
    ...given,
    ...{ region, baseUrl, fetch, maxConcurrency, attemptTimeoutMs },
    authUrl: /\/v3\/?$/.test(authUrl) ? authUrl : `${authUrl.replace(/\/+$/, "")}/v3`,
    identity: identityOf(given),
  } as ResolvedOptions;
}

/** The options that are core's: neither a secret nor anything else of the provider goes there. */
export function storageOptions(options: OpenStackStorageOptions): BlockStorageOptions {
  const names = (Object.keys(options) as (keyof OpenStackStorageOptions)[]).filter(
    (name) => name === "clock" || RULES[name] === core,
  );
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}

/** Of several ways the narrowest: an application credential, a token, a password. */
function identityOf(given: OpenStackStorageOptions): Identity {
  const { applicationCredentialSecret, applicationCredentialId, applicationCredentialName, token, password } =
    given;
  const user = named(given.userId, given.username, given.userDomainId, given.userDomainName);
  const project = named(given.projectId, given.projectName, given.projectDomainId, given.projectDomainName);
  if (applicationCredentialSecret !== undefined) {
    const credential =
      applicationCredentialId === undefined
        ? {
            name: applicationCredentialName ?? missing("applicationCredentialId"),
            user: user ?? missing("userId"),
          }
        : { id: applicationCredentialId };
    return { method: "application_credential", secret: applicationCredentialSecret, named: credential };
  }
  const scope = project === undefined ? undefined : { project };
  if (token !== undefined) {
    return { method: "token", secret: token, named: {}, ...(scope === undefined ? {} : { scope }) };
  }
  return {
    method: "password",
    secret: password ?? missing("password"),
    named: user ?? missing("username"),
    scope: scope ?? missing("projectName"),
  };
}

function named(id?: string, name?: string, domainId?: string, domainName?: string): object | undefined {
  if (id !== undefined) return { id };
  if (name === undefined) return undefined;
  return {
    name,
    domain:
      domainId === undefined && domainName !== undefined
        ? { name: domainName }
        : { id: domainId ?? "default" },
  };
}

function missing(option: keyof typeof IDENTITY_VARIABLES): never {
  const ways = `set it, or with all others the environment variable ${IDENTITY_VARIABLES[option]}`;
  throw refusedArgument(`option ${option}: found none, ${ways}`);
}
