import { type BlockStorage, isPolyvolError } from "@polyvol/core";
import type { CloudConfig, Config } from "../config.ts";
import { ConfigError } from "../config-error.ts";
import { problemAt } from "../problems.ts";
import { loadPackage, packageNameOf } from "../providers/package-provider.ts";
import type { CreateStorage, ProviderRegistration } from "../providers/registration.ts";
import { adapterOptions, type ConnectOptions } from "./connect-options.ts";
import { resolveCredentials } from "./credentials.ts";

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
    new ConfigError(
      config.file,
      [problemAt(config, ["clouds", cloud.name, "provider"], { found, allowed })],
      cause === undefined ? {} : { cause },
    );
  const name = packageNameOf(cloud.provider);
  if (name === undefined) throw refuse(JSON.stringify(cloud.provider), [...providers.keys()].join(", "));
  if (!config.explicit) {
    const allowed = "packages only in a file that is named, with --config (in code: loadConfig({ path }))";
    throw refuse(`${JSON.stringify(cloud.provider)}, which runs that package's code`, allowed);
  }
  try {
    return loadPackage(name, config.directory);
  } catch (error) {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    const allowed = `a package installed where ${config.directory} finds it, exporting createStorage(options)`;
    throw refuse(`${name}, which cannot be loaded: ${reason}`, allowed, error);
  }
}

/**
 * Makes the storage of a cloud. Sends nothing.
 * @throws ConfigError for missing credentials, and for what the adapter refuses
 */
export function createStorage(
  config: Config,
  cloud: CloudConfig,
  create: CreateStorage,
  options: ConnectOptions,
): BlockStorage {
  const credentials = resolveCredentials(config, cloud, options.environment ?? process.env);
  const given = {
    ...cloud.options,
    ...(cloud.region === undefined ? {} : { region: cloud.region }),
    ...credentials,
    ...adapterOptions(options, cloud.name),
  };
  try {
    return create(given);
  } catch (error) {
    if (!isPolyvolError(error, "invalid_argument")) throw error;
    const rest = { found: "options or credentials that the adapter refuses", allowed: error.reason };
    throw new ConfigError(config.file, [problemAt(config, ["clouds", cloud.name], rest)], { cause: error });
  }
}
