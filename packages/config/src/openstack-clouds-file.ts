/** The files that OpenStack's own tools take their clouds from: `clouds.yaml`, and secrets in `secure.yaml` beside it. */
import { homedir } from "node:os";
import { join } from "node:path";
import { readTextFile } from "@polyvol/core/driver";
import type { OpenStackStorageOptions } from "@polyvol/openstack";
import { ConfigError } from "./config-error.ts";
import { suggestion } from "./nearest.ts";
import { parseYaml } from "./parse-text.ts";

type Variables = Readonly<Record<string, string | undefined>>;
type Mapping = Readonly<Record<string, unknown>>;
type Options = Partial<OpenStackStorageOptions>;

/** What was found. */
export interface CloudsFile {
  readonly file: string;
  /** Clouds by name, with the secrets of the other file. */
  readonly clouds: Mapping;
}

/** A list of clouds is small. */
const BOUNDS = { mostBytes: 1024 * 1024 };

/** Keys of `auth`, and the options that they are. */
const AUTH = {
  auth_url: "authUrl",
  username: "username",
  user_id: "userId",
  user_domain_name: "userDomainName",
  user_domain_id: "userDomainId",
  password: "password",
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
  return { file: found.file, clouds: merged(found.clouds, secure?.clouds ?? {}) };
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
      const problem = { path: "", found: `what cannot be read (${cause.code ?? cause.message})` };
      throw new ConfigError(file, [{ ...problem, allowed: "a readable file" }], { cause });
    });
    if (text !== undefined)
      return { file, clouds: mappingOf(mappingOf(parseYaml(file, text).value)["clouds"]) };
  }
  return undefined;
}

/**
 * What a cloud of the files says, where that is wanted: the one that `cloud` names, else, where no `authUrl` is given,
 * that of `OS_CLOUD`, else the only one if there are no variables either. Nothing is mixed with those.
 * @throws ConfigError where there is no such cloud, naming those that there are
 */
export function optionsFromClouds(
  found: CloudsFile | ConfigError | undefined,
  given: { readonly cloud?: unknown; readonly authUrl?: unknown },
  variables: Variables,
): Options {
  const isComplete = given.authUrl !== undefined;
  const name = given.cloud ?? (isComplete ? undefined : variables["OS_CLOUD"] || undefined);
  if (name === undefined && (isComplete || found === undefined || variables["OS_AUTH_URL"])) return {};
  if (found === undefined) {
    const allowed = "clouds.yaml in the working directory, ~/.config/openstack or /etc/openstack";
    throw new ConfigError(undefined, [
      { path: "", found: `none that could have cloud ${String(name)}`, allowed },
    ]);
  }
  if (found instanceof ConfigError) throw found;
  const { file, clouds } = found;
  const names = Object.keys(clouds);
  const wanted = name === undefined ? (names.length === 1 ? names[0] : undefined) : String(name);
  if (wanted === undefined || !names.includes(wanted)) {
    const what = wanted === undefined ? "no name, and not one cloud" : `no cloud ${JSON.stringify(wanted)}`;
    const allowed = names.join(", ") || "a mapping of clouds";
    const hint =
      wanted === undefined ? { hint: "Name it: options.cloud, or OS_CLOUD" } : suggestion(wanted, names);
    throw new ConfigError(file, [{ path: "clouds", found: what, allowed, ...hint }]);
  }
  const cloud = mappingOf(clouds[wanted]);
  return { ...picked(mappingOf(cloud["auth"]), AUTH), ...picked(cloud, CLOUD) };
}

function picked(from: Mapping, names: Readonly<Record<string, string>>): Options {
  const entries = Object.entries(names).flatMap(([key, option]) => {
    const value = from[key];
    return value === undefined || value === null ? [] : [[option, String(value)]];
  });
  return Object.fromEntries(entries);
}

function mappingOf(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

/** `more` over `base`, mapping by mapping. */
function merged(base: Mapping, more: Mapping): Mapping {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(more)])];
  return Object.fromEntries(
    keys.map((key) => {
      const over = more[key];
      if (over === undefined) return [key, base[key]];
      return [
        key,
        typeof over === "object" && over !== null ? merged(mappingOf(base[key]), mappingOf(over)) : over,
      ];
    }),
  );
}
