/** The files that OpenStack's own tools take their clouds from: `clouds.yaml`, and secrets in `secure.yaml` beside it. */
import { homedir } from "node:os";
import { join } from "node:path";
import type { PolyvolError } from "@polyvol/core";
import { readTextFile, suggestion, UnfitFile, valueProblems } from "@polyvol/core/driver";
import type { OpenStackStorageOptions } from "@polyvol/openstack";
import type { ConfigPath, ParsedText } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { parseYaml } from "./parse-text.ts";
import { kindOf, refusedAt } from "./problems.ts";

type Variables = Readonly<Record<string, string | undefined>>;
type Mapping = Readonly<Record<string, unknown>>;
type Options = Partial<OpenStackStorageOptions>;

/** What was found. */
export interface CloudsFile extends Pick<ParsedText, "locate"> {
  readonly file: string;
  /** Clouds by name, with the secrets of the other file. */
  readonly clouds: Mapping;
}

/** A list of clouds is small. */
const BOUNDS = { mostBytes: 1024 * 1024 };

/** Keys of `auth`, and the options that they are; of two names of one thing the present one comes last. */
const AUTH = {
  auth_url: "authUrl",
  username: "username",
  user_id: "userId",
  user_domain_name: "userDomainName",
  user_domain_id: "userDomainId",
  password: "password",
  tenant_name: "projectName",
  tenant_id: "projectId",
  project_name: "projectName",
  project_id: "projectId",
  project_domain_name: "projectDomainName",
  project_domain_id: "projectDomainId",
  application_credential_id: "applicationCredentialId",
  application_credential_name: "applicationCredentialName",
  application_credential_secret: "applicationCredentialSecret",
  token: "token",
} as const satisfies Readonly<Record<string, keyof OpenStackStorageOptions>>;
/** Keys beside `auth`. */
const CLOUD = {
  region_name: "region",
  endpoint_type: "interface",
  interface: "interface",
  block_storage_endpoint_override: "baseUrl",
} as const satisfies Readonly<Record<string, keyof OpenStackStorageOptions>>;

/**
 * Reads the first `clouds.yaml` of the search path: the file of `OS_CLIENT_CONFIG_FILE`, else the working directory,
 * `~/.config/openstack` and `/etc/openstack`. `undefined` where there is none.
 * @throws ConfigError for a file that is no mapping of clouds; nothing of its text is repeated
 */
export async function readCloudsFile(
  variables: Variables,
  folders: readonly string[] = [process.cwd(), join(homedir(), ".config/openstack"), "/etc/openstack"],
): Promise<CloudsFile | undefined> {
  const found = await readFirst("clouds", variables["OS_CLIENT_CONFIG_FILE"], folders);
  if (found === undefined) return undefined;
  const secure = await readFirst("secure", variables["OS_CLIENT_SECURE_FILE"], folders);
  return { ...found, clouds: merged(found.clouds, secure?.clouds ?? {}) };
}

async function readFirst(
  name: string,
  named: string | undefined,
  folders: readonly string[],
): Promise<CloudsFile | undefined> {
  const files = named
    ? [named]
    : folders.flatMap((folder) => [".yaml", ".yml"].map((end) => join(folder, name + end)));
  for (const file of files) {
    const text = await readTextFile(file, BOUNDS).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT" && !named) return undefined;
      if (cause instanceof UnfitFile) {
        const { found, allowed } = cause;
        throw new ConfigError(file, [{ path: "", found, allowed }], { cause });
      }
      const problem = { path: "", found: `what cannot be read (${cause.code ?? cause.message})` };
      throw new ConfigError(file, [{ ...problem, allowed: "a readable file" }], { cause });
    });
    if (text !== undefined) return withClouds(file, parseYaml(file, text, { allText: true }));
  }
  return undefined;
}

function withClouds(file: string, { value, locate }: ParsedText): CloudsFile {
  const clouds = mappingOf(value)["clouds"];
  if (isMapping(clouds)) return { file, locate, clouds };
  throw refusedAt({ file, locate }, ["clouds"], {
    found: kindOf(clouds),
    allowed: "a mapping of clouds by name",
  });
}

/** A cloud of the files. */
export interface CloudOfFile {
  readonly from: CloudsFile;
  readonly name: string;
}

/**
 * The cloud of the files that is wanted: the one that `cloud` names, else, where no `authUrl` is given, that of
 * `OS_CLOUD`, else the only one if there are no variables either. `undefined`: none, all is said elsewhere.
 * @throws ConfigError where there is no such cloud, naming those that there are
 */
export function chooseCloud(
  found: CloudsFile | ConfigError | undefined,
  given: { readonly cloud?: unknown; readonly authUrl?: unknown },
  variables: Variables,
): CloudOfFile | undefined {
  const isComplete = given.authUrl !== undefined;
  const wanted = given.cloud ?? (isComplete ? undefined : variables["OS_CLOUD"] || undefined);
  if (wanted === undefined && (isComplete || found === undefined || variables["OS_AUTH_URL"]))
    return undefined;
  if (found === undefined) {
    const what = `no clouds.yaml, which is to have the cloud ${JSON.stringify(wanted)}`;
    const allowed = "clouds.yaml in the working directory, ~/.config/openstack or /etc/openstack";
    throw new ConfigError(undefined, [{ path: "", found: what, allowed }]);
  }
  if (found instanceof ConfigError) throw found;
  const names = Object.keys(found.clouds);
  const name = wanted === undefined ? (names.length === 1 ? names[0] : undefined) : String(wanted);
  if (name !== undefined && names.includes(name)) return { from: found, name };
  const allowed = names.join(", ") || "a mapping of clouds by name";
  throw refusedAt(
    found,
    ["clouds"],
    name === undefined
      ? {
          found: `${names.length} clouds, and none is asked for`,
          allowed,
          hint: "Name one: options.cloud, or OS_CLOUD",
        }
      : { found: `no cloud ${JSON.stringify(name)}`, allowed, ...suggestion(name, names) },
  );
}

/**
 * What the files say of a cloud. It is all there or refused: nothing is mixed with the variables, which could be of
 * another cloud. Of several ways to log in, `auth_type` chooses.
 * @throws ConfigError naming the file, the line and the key of what is missing or is no text
 */
export function optionsOfCloud(chosen: CloudOfFile): Options {
  const { from, name } = chosen;
  const path = ["clouds", name];
  const cloud = from.clouds[name];
  const auth = mappingOf(cloud)["auth"];
  if (!isMapping(cloud))
    throw refusedAt(from, path, { found: kindOf(cloud), allowed: "a mapping with auth" });
  if (!isMapping(auth))
    throw refusedAt(from, [...path, "auth"], {
      found: kindOf(auth),
      allowed: "a mapping with auth_url and a login",
    });
  const options = {
    ...picked(from, [...path, "auth"], loginOf(cloud, auth), AUTH),
    ...picked(from, path, cloud, CLOUD),
  };
  if (options.authUrl === undefined) {
    const hint =
      cloud["profile"] === undefined ? {} : { hint: "Profiles are not read: write their auth_url here" };
    const allowed = "the address of the identity service, such as https://cloud.example:5000/v3";
    throw refusedAt(from, [...path, "auth", "auth_url"], { found: "nothing", allowed, ...hint });
  }
  return ofType(options, cloud["auth_type"]);
}

/** Keys of `auth` may stand beside it, and one domain may be said for user and project, as OpenStack's own tools take it. */
function loginOf(cloud: Mapping, auth: Mapping): Mapping {
  const said = { ...cloud, ...auth };
  const { domain_id: id, domain_name: name } = said;
  const ofBoth = ["user", "project"].flatMap((who) => {
    const [ofId, ofName] = [`${who}_domain_id`, `${who}_domain_name`];
    if ((said[ofId] ?? said[ofName]) != null) return [];
    return id == null ? [[ofName, name]] : [[ofId, id]];
  });
  return { ...said, ...Object.fromEntries(ofBoth) };
}

/** Without the secrets of other ways to log in than `auth_type` names. */
function ofType(options: Options, type: unknown): Options {
  const wanted = SECRET_OF[String(type).replace(/^v3/, "")];
  if (wanted === undefined) return options;
  const others = Object.values(SECRET_OF).filter((secret) => secret !== wanted);
  return Object.fromEntries(Object.entries(options).filter(([key]) => !others.includes(key as never)));
}

const SECRET_OF: Readonly<Record<string, "password" | "token" | "applicationCredentialSecret" | undefined>> =
  { password: "password", token: "token", applicationcredential: "applicationCredentialSecret" };

/** A refusal of the adapter for an option that the files should have, by the name that it has there. */
export function missingInFile({ from, name }: CloudOfFile, error: PolyvolError): ConfigError | undefined {
  const option = valueProblems(error).find(({ found }) => found === "none")?.path[0];
  const [key] = Object.entries(AUTH).findLast(([, each]) => each === option) ?? [];
  if (key === undefined) return undefined;
  const allowed = `a text, here or in secure.yaml`;
  return refusedAt(from, ["clouds", name, "auth", key], { found: "nothing", allowed });
}

function picked(
  from: CloudsFile,
  path: ConfigPath,
  values: Mapping,
  names: Readonly<Record<string, keyof OpenStackStorageOptions>>,
): Options {
  const entries = Object.entries(names).flatMap(([key, option]) => {
    const value = values[key];
    if (value === undefined || value === null) return [];
    if (typeof value === "object")
      throw refusedAt(from, [...path, key], { found: kindOf(value), allowed: "a text" });
    return [[option, String(value)]];
  });
  return Object.fromEntries(entries);
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mappingOf(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

/** `more` over `base`, mapping by mapping. */
function merged(base: Mapping, more: Mapping): Mapping {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(more)])];
  return Object.fromEntries(
    keys.map((key) => {
      const over = more[key];
      if (over === undefined) return [key, base[key]];
      return [key, isMapping(over) ? merged(mappingOf(base[key]), over) : over];
    }),
  );
}
