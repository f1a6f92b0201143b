import type { BlockStorageOptions, Clock, RequestQuota } from "@polyvol/core";
import {
  type AdapterOptions,
  createAdapterOptions,
  environmentVariables,
  type FilledOf,
  type HttpOptions,
  httpOptions,
  listWords,
  type Option,
  omitUndefined,
  option,
  refusedArgument,
  type SecretSource,
  secretOption,
  systemClock,
  type ValuesOf,
  type Variables,
} from "@polyvol/core/driver";
import type { HttpClientOptions } from "@polyvol/core/http";
import * as z from "zod/mini";
import { type OpenStackApiVersion, VERSION_PATTERN } from "./api-versions.ts";

const text = z.string().check(z.minLength(1));
const SECRET = "text, { file: path } or a callback";
const isText = (value: unknown): boolean => text.safeParse(value).success;

/** A name or an id that a variable of OpenStack's own tools holds, too. */
function words(description: string, variable: string, example: string): Option<string> {
  const said = { description, defaultText: `\`${variable}\``, example, variables: [variable] };
  return option(text, { ...said, allowed: "a text that is not empty" });
}

const own = {
  /** The identity service (Keystone), such as `https://cloud.example:5000/v3`. Default: `OS_AUTH_URL`. */
  authUrl: {
    ...httpOptions.baseUrl,
    description: "The identity service (Keystone), such as `https://cloud.example:5000/v3`.",
    defaultText: "`OS_AUTH_URL`",
    example: "https://cloud.example:5000/v3",
    required: true as const,
    variables: ["OS_AUTH_URL"],
  },
  /** Name of the user, within a domain. Default: `OS_USERNAME`. */
  username: words("Name of the user, within a domain.", "OS_USERNAME", "backup"),
  /** Id of the user, in place of its name and domain. Default: `OS_USER_ID`. */
  userId: words("Id of the user, in place of its name and domain.", "OS_USER_ID", "5f1c8d"),
  /** Domain of the user by name; without one the domain with the id `default`. Default: `OS_USER_DOMAIN_NAME`. */
  userDomainName: words(
    "Domain of the user by name; without one the domain with the id `default`.",
    "OS_USER_DOMAIN_NAME",
    "Default",
  ),
  /** Domain of the user by id. Default: `OS_USER_DOMAIN_ID`. */
  userDomainId: words("Domain of the user by id.", "OS_USER_DOMAIN_ID", "default"),
  /** Name of the project, within a domain. Default: `OS_PROJECT_NAME`. */
  projectName: words("Name of the project, within a domain.", "OS_PROJECT_NAME", "shop"),
  /** Id of the project, in place of its name and domain. Default: `OS_PROJECT_ID`. */
  projectId: words("Id of the project, in place of its name and domain.", "OS_PROJECT_ID", "9b2e4a"),
  /** Domain of the project by name; without one the domain with the id `default`. Default: `OS_PROJECT_DOMAIN_NAME`. */
  projectDomainName: words(
    "Domain of the project by name; without one the domain with the id `default`.",
    "OS_PROJECT_DOMAIN_NAME",
    "Default",
  ),
  /** Domain of the project by id. Default: `OS_PROJECT_DOMAIN_ID`. */
  projectDomainId: words("Domain of the project by id.", "OS_PROJECT_DOMAIN_ID", "default"),
  /** Id of an application credential, which has its project with it. Default: `OS_APPLICATION_CREDENTIAL_ID`. */
  applicationCredentialId: words(
    "Id of an application credential, which has its project with it.",
    "OS_APPLICATION_CREDENTIAL_ID",
    "a1b2c3",
  ),
  /** Name of an application credential, together with the user. Default: `OS_APPLICATION_CREDENTIAL_NAME`. */
  applicationCredentialName: words(
    "Name of an application credential, together with the user.",
    "OS_APPLICATION_CREDENTIAL_NAME",
    "backup",
  ),
  /** Password: the value, `{ file }`, or a callback asked at every login. Else `OS_PASSWORD`. */
  password: secretOption(SECRET, { description: "password", variables: ["OS_PASSWORD"] }, isText),
  /** Secret of the application credential, given like the password. Else `OS_APPLICATION_CREDENTIAL_SECRET`. */
  applicationCredentialSecret: secretOption(
    SECRET,
    { description: "secret of an application credential", variables: ["OS_APPLICATION_CREDENTIAL_SECRET"] },
    isText,
  ),
  /** A token of Keystone that is there already, given like the password. It ends when it ends. Else `OS_TOKEN`. */
  token: secretOption(SECRET, { description: "token of Keystone", variables: ["OS_TOKEN"] }, isText),
  /** Region: volumes are made and listed in it. Default: `OS_REGION_NAME`, else the only one there is. */
  region: option(text, {
    allowed: "a text that is not empty",
    description: "Region: volumes are made and listed in it.",
    defaultText: "`OS_REGION_NAME`, else the only one there is",
    variables: ["OS_REGION_NAME"],
  }),
  /** Which of the catalogue's addresses: `public`, `internal` or `admin`. Default: `OS_INTERFACE`, else `public`. */
  interface: option(z.enum(["public", "internal", "admin"]), {
    allowed: "public, internal or admin",
    description: "Which of the catalogue's addresses: `public`, `internal` or `admin`.",
    default: "public",
    defaultText: "`OS_INTERFACE`, else `public`",
    example: "internal",
    variables: ["OS_INTERFACE"],
  }),
  /**
   * Address of block storage in place of the catalogue's, with or without version and project. Plain `http:` for
   * loopback addresses only.
   */
  baseUrl: {
    ...httpOptions.baseUrl,
    description:
      "Address of block storage in place of the catalogue's, with or without version and project. Plain `http:` for loopback addresses only.",
    example: "https://cloud.example:8776/v3",
  },
  /**
   * `negotiate`: the newest microversion that service and adapter both know. An exact one, such as `3.50`, is sent as it
   * is, and the service's list is not read. Default: `negotiate`.
   */
  apiVersion: option(
    z.union([
      z.literal("negotiate"),
      z.string().check(z.regex(VERSION_PATTERN)) as unknown as z.ZodMiniType<OpenStackApiVersion>,
    ]),
    {
      allowed: "negotiate, or a microversion such as 3.50",
      description:
        "`negotiate`: the newest microversion that service and adapter both know. An exact one, such as `3.50`, is sent as it is, and the service's list is not read.",
      default: "negotiate",
      example: "3.50",
    },
  ),
  /** Within how many milliseconds after a request its effect shows in listings. Default 2,000. */
  settleMs: option(z.int().check(z.nonnegative()), {
    allowed: "a whole number of milliseconds from 0",
    description: "Within how many milliseconds after a request its effect shows in listings.",
    default: 2_000,
    example: 5_000,
  }),
  /** Request quotas to keep to. Default: none, as the service has none. */
  quotas: { ...httpOptions.quotas, defaultText: "none, as the service has none" },
};

/**
 * What belongs to OpenStack. Whom it is for (all but `region` and `interface`) comes from the options, or, where no
 * `authUrl` is given, all of it from the environment variables named: never a part from each.
 */
export interface OpenStackDriverOptions
  extends ValuesOf<typeof own>,
    HttpOptions,
    Pick<BlockStorageOptions, "clock"> {}

/** Options of `createOpenStackStorage`: the provider's own and those of every storage. */
export interface OpenStackStorageOptions extends OpenStackDriverOptions, BlockStorageOptions {}

/** Every option of `createOpenStackStorage` as data, for those who read configurations or document them. */
export const openStackOptions: AdapterOptions<typeof own> = createAdapterOptions(own);

/** How a token is had: what goes into the request beside the secret, and where the secret comes from. */
export interface Identity {
  readonly method: "password" | "application_credential" | "token";
  readonly secret: SecretSource;
  /** User or credential; nothing for a token. */
  readonly named: object;
  /** Project; absent where the credential has it with it. */
  readonly scope?: object;
}

/** The options, checked and complete. Never printed: `identity` can hold a secret. */
export interface Settings
  extends Pick<
    FilledOf<typeof own>,
    "interface" | "apiVersion" | "settleMs" | "authUrl" | "region" | "baseUrl"
  > {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly quotas: readonly RequestQuota[];
  /** For the HTTP clients of the identity service, of block storage and of servers. */
  readonly http: Omit<HttpOptions, "baseUrl"> & Pick<HttpClientOptions, "account" | "clock">;
  /** For `createBlockStorage`. */
  readonly storage: BlockStorageOptions;
}

/** Variables that are read whatever is given; all others only where no `authUrl` is. */
const OF_THE_PLACE: readonly string[] = [...(own.region.variables ?? []), ...(own.interface.variables ?? [])];

/**
 * Checks options and fills in what they leave out.
 * @throws PolyvolError `invalid_argument` naming the option, what was found (never a secret) and what is allowed
 */
export function readOptions(
  given: OpenStackStorageOptions,
  environment: Variables = environmentVariables(),
): Settings {
  const isOwn = (given as OpenStackStorageOptions | null)?.authUrl !== undefined;
  const place = Object.fromEntries(OF_THE_PLACE.map((name) => [name, environment[name]]));
  const { own: all, http, storage } = openStackOptions.read(given, isOwn ? place : environment);
  const { baseUrl: _, ...rest } = http;
  const identity = identityOf(all, !isOwn);
  const { secret, ...whose } = identity;
  return {
    ...all,
    authUrl: /\/v3\/?$/.test(all.authUrl) ? all.authUrl : `${all.authUrl.replace(/\/+$/, "")}/v3`,
    identity,
    clock: storage.clock ?? systemClock,
    quotas: all.quotas ?? storage.limits?.requestQuotas ?? [],
    http: { ...rest, account: [secret, JSON.stringify(whose)] },
    storage,
  };
}

/** The ways to log in. Two at once could be two users, and which of them is meant nobody can tell. */
const WAYS = ["applicationCredentialSecret", "token", "password"] as const;

function identityOf(given: OpenStackStorageOptions, readsVariables: boolean): Identity {
  const { applicationCredentialSecret, applicationCredentialId: id, token } = given;
  const missing = (name: keyof typeof own): never => openStackOptions.missing(name, readsVariables);
  const ways = WAYS.filter((name) => given[name] !== undefined);
  if (ways.length > 1) {
    const variables = ways.flatMap((name) => own[name].variables ?? []).join(", ");
    const where = readsVariables ? ` (as options, or as the variables ${variables})` : "";
    throw refusedArgument(`ways to log in: found ${listWords(ways)}${where}, allowed: one of them`);
  }
  const user = named(given.userId, given.username, given.userDomainId, given.userDomainName);
  const project = named(given.projectId, given.projectName, given.projectDomainId, given.projectDomainName);
  if (applicationCredentialSecret !== undefined) {
    const name =
      given.applicationCredentialName ?? (id === undefined ? missing("applicationCredentialId") : "");
    const credential = id === undefined ? { name, user: user ?? missing("userId") } : { id };
    return { method: "application_credential", secret: applicationCredentialSecret, named: credential };
  }
  const scope = project && { project };
  if (token !== undefined) {
    return omitUndefined({ method: "token", secret: token, named: {}, scope });
  }
  return {
    method: "password",
    secret: given.password ?? missing("password"),
    named: user ?? missing("username"),
    scope: scope ?? missing("projectName"),
  };
}

function named(id?: string, name?: string, domainId?: string, domainName?: string): object | undefined {
  if (id !== undefined) return { id };
  if (name === undefined) return undefined;
  const byName = domainId === undefined && domainName !== undefined;
  return { name, domain: byName ? { name: domainName } : { id: domainId ?? "default" } };
}
