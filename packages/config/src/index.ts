/**
 * `@polyvol/config`: clouds from a configuration file.
 *
 * @module @polyvol/config
 */
export { type Account, accountsOf } from "./accounts.ts";
export { type Clouds, selectClouds } from "./clouds.ts";
export {
  type CloudConfig,
  type CloudInput,
  type CloudInputs,
  type CloudSource,
  type CloudsFrom,
  type Config,
  type ConfigInput,
  type ConfigPath,
  defineConfig,
  type Position,
  type SecretReference,
} from "./config.ts";
export { ConfigError, type ConfigProblem, isConfigError } from "./config-error.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export type { Environment } from "./credentials.ts";
export { type LoadConfigOptions, loadConfig, type ParseConfigOptions, parseConfig } from "./load-config.ts";
export {
  type CreateStorage,
  PROVIDERS,
  type ProviderRegistration,
  snapshotTagWriter,
} from "./providers.ts";
export { CONFIG_FILE_NAMES } from "./read-file.ts";
export { configJsonSchema } from "./schema.ts";
export type { WriteSnapshotTag } from "./tag-writers.ts";
