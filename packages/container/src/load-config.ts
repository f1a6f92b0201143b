import type { Config } from "./config.ts";
import { workingFolder } from "./config-error.ts";
import { readSource } from "./file/read-source.ts";
import { checkSource } from "./parse-config.ts";
import type { ProviderRegistration } from "./providers/registration.ts";

/** Which file to read. */
export interface LoadConfigOptions {
  /** The file. Default: `polyvol.config.yaml`, `.yml` or `.json` in `cwd`. Only a file named here may be code. */
  readonly path?: string | undefined;
  /** Default: the working directory. */
  readonly cwd?: string | undefined;
  /** Providers beside those that come with Polyvol. */
  readonly providers?: readonly ProviderRegistration[] | undefined;
}

/**
 * Reads and checks a configuration file. Credentials are not looked up yet.
 * @throws ConfigError naming the file, each place in it that is wrong, what was found (never a secret) and what is
 * allowed
 */
export async function loadConfig(options: LoadConfigOptions = {}): Promise<Config> {
  const source = await readSource(options.path, options.cwd ?? workingFolder());
  return checkSource(source, options.providers);
}
