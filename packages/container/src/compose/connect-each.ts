import type { BlockStorage } from "@polyvol/core";
import type { Config } from "../config.ts";
import { selectClouds } from "./clouds.ts";
import { connectClouds } from "./connect-clouds.ts";
import type { ConnectOptions } from "./connect-options.ts";

/**
 * Connects each cloud of a configuration by itself, so that what one lacks does not keep the others away. Sends nothing
 * yet. What comes of it is what the functions of `@polyvol/backup` take.
 *
 * ```ts
 * for (const [name, storage] of await connectEach(await loadConfig())) {
 *   console.log(name, storage instanceof Error ? storage.message : await storage.volumes.list().toArray());
 * }
 * ```
 *
 * @returns for each cloud its storage, or the error that `connectClouds` would have thrown for it
 * @throws ConfigError for a name in `only` that the configuration does not have
 */
export async function connectEach(
  config: Config,
  options: ConnectOptions = {},
): Promise<ReadonlyMap<string, BlockStorage | Error>> {
  const connected = selectClouds(config, options.only).map(async (name) => {
    try {
      return [name, (await connectClouds(config, { ...options, only: [name] })).named(name)] as const;
    } catch (error) {
      return [name, error instanceof Error ? error : new Error(String(error))] as const;
    }
  });
  return new Map<string, BlockStorage | Error>(await Promise.all(connected));
}
