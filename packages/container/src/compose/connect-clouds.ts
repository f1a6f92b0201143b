import "reflect-metadata";
import { container } from "tsyringe";
import type { Config } from "../config.ts";
import { TOKENS } from "../tokens.ts";
import type { Clouds } from "./clouds.ts";
import type { ConnectOptions } from "./connect-options.ts";
import { registerClouds } from "./register-clouds.ts";

/**
 * Connects the clouds of a configuration. Sends nothing yet.
 *
 * ```ts
 * const clouds = await connectClouds(await loadConfig());
 * for (const [name, storage] of clouds) console.log(name, await storage.volumes.list().toArray());
 * ```
 *
 * A proxy (`HTTPS_PROXY`, `NO_PROXY` with `NODE_USE_ENV_PROXY=1`) and another certificate authority
 * (`NODE_EXTRA_CA_CERTS`) are Node's own settings and hold for all clouds.
 *
 * @throws ConfigError for a missing credential (its variable or file, cloud and path), and for what an adapter refuses
 */
export async function connectClouds(config: Config, options: ConnectOptions = {}): Promise<Clouds> {
  const own = container.createChildContainer();
  await registerClouds(own, config, options);
  return own.resolve(TOKENS.clouds);
}
