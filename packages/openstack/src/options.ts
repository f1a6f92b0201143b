import type { BlockStorageOptions, Clock, RequestQuota } from "@polyvol/core";
import {
  type AdapterOptions,
  createAdapterOptions,
  type FilledOf,
  type HttpOptions,
  httpOptions,
  option,
  type SecretSource,
  secretOption,
  systemClock,
  type ValuesOf,
} from "@polyvol/core/driver";
import * as z from "zod";
import { isVersion, type OpenStackApiVersion } from "./api-versions.ts";

const text = z.string().min(1);
const TEXT = "a text that is not empty";
const SECRET = "text, { file: path } or a callback";
const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const own = {
  /** The identity service (Keystone), such as `https://cloud.example:5000/v3`. Default: `OS_AUTH_URL`. */
  authUrl: option(z.url({ protocol: /^https?$/ }), {
    allowed: "an https URL, or an http one of a loopback address",
    description: "The identity service (Keystone), such as `https://cloud.example:5000/v3`.",
    defaultText: "`OS_AUTH_URL`",
    example: "https://cloud.example:5000/v3",
    required: true,
    // A URL can hold a password.
    hidden: true,
    variables: ["OS_AUTH_URL"],
  }),
  /** Name of the user, within a domain. Default: `OS_USERNAME`. */
  username: option(text, {
    allowed: TEXT,
    description: "Name of the user, within a domain.",
    defaultText: "`OS_USERNAME`",
    example: "backup",
    variables: ["OS_USERNAME"],
  }),
  /** Id of the user, in place of its name and domain. Default: `OS_USER_ID`. */
  userId: option(text, {
    allowed: TEXT,
    description: "Id of the user, in place of its name and domain.",
    defaultText: "`OS_USER_ID`",
    example: "5f1c8d",
    variables: ["OS_USER_ID"],
  }),
  /** Domain of the user by name; without one the domain with the id `default`. Default: `OS_USER_DOMAIN_NAME`. */
  userDomainName: option(text, {
    allowed: TEXT,
    description: "Domain of the user by name; without one the domain with the id `default`.",
    defaultText: "`OS_USER_DOMAIN_NAME`",
    example: "Default",
    variables: ["OS_USER_DOMAIN_NAME"],
  }),
  /** Domain of the user by id. Default: `OS_USER_DOMAIN_ID`. */
  userDomainId: option(text, {
    allowed: TEXT,
    description: "Domain of the user by id.",
    defaultText: "`OS_USER_DOMAIN_ID`",
    example: "default",
    variables: ["OS_USER_DOMAIN_ID"],
  }),
  /** Name of the project, within a domain. Default: `OS_PROJECT_NAME`. */
  projectName: option(text, {
    allowed: TEXT,
    description: "Name of the project, within a domain.",
    defaultText: "`OS_PROJECT_NAME`",
    example: "shop",
    variables: ["OS_PROJECT_NAME"],
  }),
  /** Id of the project, in place of its name and domain. Default: `OS_PROJECT_ID`. */
  projectId: option(text, {
    allowed: TEXT,
    description: "Id of the project, in place of its name and domain.",
    defaultText: "`OS_PROJECT_ID`",
    example: "9b2e4a",
    variables: ["OS_PROJECT_ID"],
  }),
  /** Domain of the project by name; without one the domain with the id `default`. Default: `OS_PROJECT_DOMAIN_NAME`. */
  projectDomainName: option(text, {
    allowed: TEXT,
    description: "Domain of the project by name; without one the domain with the id `default`.",
    defaultText: "`OS_PROJECT_DOMAIN_NAME`",
    example: "Default",
    variables: ["OS_PROJECT_DOMAIN_NAME"],
  }),
  /** Domain of the project by id. Default: `OS_PROJECT_DOMAIN_ID`. */
  projectDomainId: option(text, {
    allowed: TEXT,
    description: "Domain of the project by id.",
    defaultText: "`OS_PROJECT_DOMAIN_ID`",
    example: "default",
    variables: ["OS_PROJECT_DOMAIN_ID"],
  }),
  /** Id of an application credential, which has its project with it. Default: `OS_APPLICATION_CREDENTIAL_ID`. */
  applicationCredentialId: option(text, {
    allowed: TEXT,
    description: "Id of an application credential, which has its project with it.",
    defaultText: "`OS_APPLICATION_CREDENTIAL_ID`",
    example: "a1b2c3",
    variables: ["OS_APPLICATION_CREDENTIAL_ID"],
  }),
  /** Name of an application credential, together with the user. Default: `OS_APPLICATION_CREDENTIAL_NAME`. */
  applicationCredentialName: option(text, {
    allowed: TEXT,
    description: "Name of an application credential, together with the user.",
    defaultText: "`OS_APPLICATION_CREDENTIAL_NAME`",
    example: "backup",
    variables: ["OS_APPLICATION_CREDENTIAL_NAME"],
  }),
  /** Password: the value, `{ file }`, or a callback asked at every login. Else `OS_PASSWORD`. */
  password: secretOption(SECRET, { description: "password", variables: ["OS_PASSWORD"] }, isText),
  /** Secret of the application credential, given like the password. Else `OS_APPLICATION_CREDENTIAL_SECRET`. */
  applicationCredentialSecret: secretOption(
    SECRET,
    {
      description: "secret of an application credential",
      variables: ["OS_APPLICATION_CREDENTIAL_SECRET"],
    },
    isText,
  ),
  /** A token of Keystone that is there already, given like the password. It ends when it ends. Else `OS_TOKEN`. */
  token: secretOption(SECRET, { description: "token of Keystone", variables: ["OS_TOKEN"] }, isText),
  /** Region: volumes are made and listed in it. Default: `OS_REGION_NAME`, else the only one there is. */
  region: option(text, {
    allowed: TEXT,
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
  apiVersion: option(z.union([z.literal("negotiate"), z.custom<OpenStackApiVersion>(isVersion)]), {
    allowed: "negotiate, or a microversion such as 3.50",
    description:
      "`negotiate`: the newest microversion that service and adapter both know. An exact one, such as `3.50`, is sent as it is, and the service's list is not read.",
    default: "negotiate",
    example: "3.50",
  }),
  /** Within how many milliseconds after a request its effect shows in listings. Default 2,000. */
  settleMs: option(z.int().nonnegative(), {
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
  extends Pick<FilledOf<typeof own>, "interface" | "apiVersion" | "settleMs" | "authUrl"> {
  readonly region: string | undefined;
  readonly baseUrl: string | undefined;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly quotas: readonly RequestQuota[];
  /** For the HTTP clients of the identity service and of block storage. */
  readonly http: Omit<HttpOptions, "baseUrl">;
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
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const isOwn = (given as OpenStackStorageOptions | null)?.authUrl !== undefined;
  const place = Object.fromEntries(OF_THE_PLACE.map((name) => [name, environment[name]]));
  const { own: all, http, storage } = openStackOptions.read(given, isOwn ? place : environment);
  const { baseUrl: _, ...rest } = http;
  const { region, baseUrl, authUrl, apiVersion, settleMs, quotas } = all;
  return {
    region,
    baseUrl,
    interface: all.interface,
    apiVersion,
    settleMs,
    authUrl: /\/v3\/?$/.test(authUrl) ? authUrl : `${authUrl.replace(/\/+$/, "")}/v3`,
    identity: identityOf(all),
    clock: storage.clock ?? systemClock,
    quotas: quotas ?? storage.limits?.requestQuotas ?? [],
    http: rest,
    storage,
  };
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
            name: applicationCredentialName ?? openStackOptions.missing("applicationCredentialId"),
            user: user ?? openStackOptions.missing("userId"),
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
    secret: password ?? openStackOptions.missing("password"),
    named: user ?? openStackOptions.missing("username"),
    scope: scope ?? openStackOptions.missing("projectName"),
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
