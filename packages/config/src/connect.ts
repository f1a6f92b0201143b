import {
  type BlockStorage,
  type Clock,
  isPolyvolError,
  type PolyvolError,
  type PolyvolEvent,
} from "@polyvol/core";
import { omitUndefined, suggestion, type ValueProblem, valueProblems } from "@polyvol/core/driver";
import { type Clouds, createClouds, selectClouds } from "./clouds.ts";
import type { CloudConfig, Config, ConfigPath } from "./config.ts";
import { ConfigError, type ConfigProblem, firstLineOf, isConfigError } from "./config-error.ts";
import { type Environment, resolveCredentials } from "./credentials.ts";
import { loadPackage, packageNameOf } from "./package-provider.ts";
import { kindOf, problemAt, refusedAt } from "./problems.ts";
import { type CreateStorage, PROVIDERS, type ProviderRegistration, providersByName } from "./providers.ts";
import { SECRET_FORMS } from "./schema-parts.ts";

/** What a program adds to a configuration. All are optional. */
export interface ConnectOptions {
  /** Names of the clouds to connect. Default: all. */
  readonly only?: readonly string[] | undefined;
  /** Where `{ env: NAME }` is looked up. Default `process.env`. */
  readonly environment?: Environment | undefined;
  /** Providers beside those that come with Polyvol. */
  readonly providers?: readonly ProviderRegistration[] | undefined;
  /** Receives the events of all clouds. */
  readonly onEvent?: ((event: PolyvolEvent, cloud: string) => void) | undefined;
  /** The clock of all clouds. Default: the machine's own. */
  readonly clock?: Clock | undefined;
  /** Sends the requests. Default: `node:http` and `node:https` on Node, the global `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Random numbers in [0, 1) for jitter. */
  readonly random?: (() => number) | undefined;
}

/**
 * Connects the clouds of a configuration. Sends nothing yet.
 *
 * ```ts
 * const clouds = await connect(await loadConfig());
 * for (const [name, storage] of clouds) console.log(name, await storage.volumes.list().toArray());
 * ```
 *
 * With `onError: "collect"` each cloud is connected by itself, and the result is what the functions of `@polyvol/backup`
 * take:
 *
 * ```ts
 * for (const [name, storage] of await connect(await loadConfig(), { onError: "collect" })) {
 *   console.log(name, storage instanceof Error ? storage.message : await storage.volumes.list().toArray());
 * }
 * ```
 *
 * A proxy (`HTTPS_PROXY`, `NO_PROXY` with `NODE_USE_ENV_PROXY=1`) and another certificate authority
 * (`NODE_EXTRA_CA_CERTS`) are Node's own settings and hold for all clouds.
 *
 * @returns By name, in the order of the configuration: storages; with `collect`, storages and errors
 * @throws ConfigError for a name in `only` that the configuration does not have; with `throw`, also for every missing
 * credential of all clouds (its variable or file, cloud and path), for what their adapters refuse, and for what a
 * source of clouds gives wrongly
 */
export function connect(
  config: Config,
  options: ConnectOptions & { readonly onError: "collect" },
): Promise<ReadonlyMap<string, BlockStorage | Error>>;
export function connect(
  config: Config,
  options?: ConnectOptions & { readonly onError?: "throw" },
): Promise<Clouds>;
export async function connect(
  config: Config,
  options: ConnectOptions & { readonly onError?: "throw" | "collect" } = {},
): Promise<ReadonlyMap<string, BlockStorage | Error>> {
  checkConfig(config);
  const providers = providersByName(options.providers);
  const connected = new Map<string, BlockStorage | Error>();
  const refused: ConfigError[] = [];
  for (const name of selectClouds(config, options.only)) {
    try {
      const cloud = configuredCloud(config, name);
      const adapter = await loadAdapter(config, cloud, providers);
      connected.set(name, createStorage(config, cloud, adapter, options));
    } catch (error) {
      if (options.onError !== "collect") {
        if (!isConfigError(error)) throw error;
        refused.push(error);
      }
      connected.set(name, error instanceof Error ? error : new Error(String(error)));
    }
  }
  if (options.onError === "collect") return connected;
  if (refused.length > 0) throw allOf(config, refused);
  return createClouds(connected as ReadonlyMap<string, BlockStorage>);
}

/** @throws ConfigError */
function checkConfig(config: unknown): void {
  const { clouds, then } = Object(config) as { readonly clouds?: unknown; readonly then?: unknown };
  if (clouds instanceof Map) return;
  const found = typeof then === "function" ? "a promise" : kindOf(config);
  const allowed = "what loadConfig gives once it is awaited, or parseConfig";
  throw new ConfigError(undefined, [{ path: "config", found, allowed }]);
}

/** What is wrong with all the clouds at once, so that it is mended at once. */
function allOf({ file }: Config, errors: readonly ConfigError[]): ConfigError {
  const [first, ...others] = errors;
  if (first !== undefined && others.length === 0) return first;
  const problems = errors.flatMap((each) => each.problems);
  return new ConfigError(file, problems, { cause: first });
}

/** The cloud of a name that {@link selectClouds} gives. @throws ConfigError that says what its source gives wrongly */
export function configuredCloud(config: Config, name: string): CloudConfig {
  const cloud = config.clouds.get(name);
  if (cloud !== undefined) return cloud;
  throw config.refused.get(name) ?? new ConfigError(config.file, []);
}

/**
 * Loads the code that a cloud needs.
 * @throws ConfigError when the configuration may not name code, or the code cannot be loaded
 */
export async function loadAdapter(
  config: Config,
  cloud: CloudConfig,
  providers: ReadonlyMap<string, ProviderRegistration>,
): Promise<CreateStorage> {
  const registration = providers.get(cloud.provider);
  if (registration !== undefined) return await registration.load();
  const refuse = (found: string, allowed: string, cause?: unknown): ConfigError =>
    refusedAt(config, ["clouds", cloud.name, "provider"], { found, allowed }, omitUndefined({ cause }));
  const name = packageNameOf(cloud.provider);
  if (name === undefined) throw refuse(JSON.stringify(cloud.provider), [...providers.keys()].join(", "));
  if (!config.explicit) {
    const allowed = "packages only in a file that is named, with --config (in code: loadConfig({ path }))";
    throw refuse(`${JSON.stringify(cloud.provider)}, which runs that package's code`, allowed);
  }
  try {
    return loadPackage(name, config.directory);
  } catch (error) {
    const allowed = `a package installed where ${config.directory} finds it, exporting createStorage(options)`;
    throw refuse(`${name}, which cannot be loaded: ${firstLineOf(error)}`, allowed, error);
  }
}

/**
 * Makes the storage of a cloud. Sends nothing.
 * @throws ConfigError for missing credentials, for what the adapter refuses, and where a package from elsewhere makes none
 */
export function createStorage(
  config: Config,
  cloud: CloudConfig,
  create: CreateStorage,
  options: ConnectOptions,
): BlockStorage {
  const credentials = resolveCredentials(config, cloud, options.environment ?? process.env);
  const { region } = cloud;
  const own = adapterOptions(options, cloud.name);
  try {
    return create({ ...cloud.options, ...omitUndefined({ region }), ...credentials, ...own });
  } catch (error) {
    if (isPolyvolError(error, "invalid_argument"))
      throw new ConfigError(config.file, refusedBy(error, config, cloud), { cause: error });
    const name = packageNameOf(cloud.provider);
    if (name === undefined || isPolyvolError(error)) throw error;
    throw refusedAt(
      config,
      ["clouds", cloud.name, "provider"],
      {
        found: `${name}, whose createStorage(options) fails: ${firstLineOf(error)}`,
        allowed: "a package whose createStorage(options) returns a BlockStorage",
      },
      { cause: error },
    );
  }
}

/** What an adapter refuses, each at its place in the configuration where that is known. */
function refusedBy(error: PolyvolError, config: Config, cloud: CloudConfig): readonly ConfigProblem[] {
  const problems = valueProblems(error).map((each) => refusedOption(each, config, cloud));
  if (problems.length > 0 && problems.every((each) => each !== undefined)) return problems;
  const place = ["clouds", cloud.name];
  return [problemAt(config, place, { found: "what the adapter refuses", allowed: error.reason })];
}

/** An option that an adapter refuses; `undefined` where it is none that stands in a configuration. */
function refusedOption(
  { path: [name], found, allowed }: ValueProblem,
  config: Config,
  cloud: CloudConfig,
): ConfigProblem | undefined {
  const at = (...path: readonly string[]): ConfigPath => ["clouds", cloud.name, ...path];
  if (name === undefined) {
    const part = (["options", "credentials"] as const).find((each) =>
      Object.hasOwn(cloud[each] ?? {}, found),
    );
    const path = part === undefined ? [found] : [part, found];
    if (part === undefined && (found !== "region" || cloud.region === undefined)) return undefined;
    const rest = {
      found: "a key that the adapter does not know",
      allowed,
      ...suggestion(found, allowed.split(", ")),
    };
    return problemAt(config, at(...path), rest);
  }
  const option = String(name);
  const reference = cloud.credentials?.[option];
  if (reference !== undefined && typeof reference !== "function" && "env" in reference) {
    return problemAt(config, at("credentials", option, "env"), {
      found: `${reference.env}, whose value cannot be one, as with white space in it`,
      allowed: "an environment variable that holds the credential and nothing else",
    });
  }
  const declared = PROVIDERS.find(({ provider }) => provider === cloud.provider)?.options[option];
  // What a package takes nobody but itself knows: where it stands shows what it is.
  const isSet = option === "region" ? cloud.region !== undefined : Object.hasOwn(cloud.options ?? {}, option);
  if (reference !== undefined || (declared === undefined && !isSet)) return undefined;
  const what = found === "none" ? "nothing" : found;
  if (declared?.secret) {
    const otherwise = allowed.slice(declared.allowed.length);
    return problemAt(config, at("credentials", option), {
      found: what,
      allowed: `${SECRET_FORMS}${otherwise}`,
    });
  }
  const path = option === "region" ? at(option) : at("options", option);
  return problemAt(config, path, { found: what, allowed });
}

/** The part of them that goes on to the adapter of a cloud. */
function adapterOptions(options: ConnectOptions, cloud: string): Record<string, unknown> {
  const { onEvent, clock, fetch, random } = options;
  const listener = onEvent && ((event: PolyvolEvent) => onEvent(event, cloud));
  return omitUndefined({ onEvent: listener, clock, fetch, random });
}
