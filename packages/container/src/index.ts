/**
 * `@polyvol/container`: clouds from a configuration file, composed with tsyringe.
 *
 * @module @polyvol/container
 */
export { type Clouds, selectClouds } from "./compose/clouds.ts";
export { connectClouds } from "./compose/connect-clouds.ts";
export { connectEach } from "./compose/connect-each.ts";
export type { ConnectOptions } from "./compose/connect-options.ts";
export type { Environment } from "./compose/credentials.ts";
export { registerClouds } from "./compose/register-clouds.ts";
export { snapshotTagWriter } from "./compose/tag-writers.ts";
export {
  type CloudConfig,
  type CloudInput,
  type Config,
  type ConfigInput,
  type ConfigPath,
  defineConfig,
  type Position,
  type SecretReference,
} from "./config.ts";
export { ConfigError, type ConfigProblem, isConfigError } from "./config-error.ts";
export { CONFIG_FILE_NAMES } from "./file/find-file.ts";
export { configJsonSchema } from "./json-schema.ts";
export { type LoadConfigOptions, loadConfig } from "./load-config.ts";
export { type ParseConfigOptions, parseConfig } from "./parse-config.ts";
export { PROVIDERS } from "./providers/index.ts";
export type {
  CreateStorage,
  CredentialRule,
  OptionRule,
  ProviderRegistration,
  WriteSnapshotTag,
} from "./providers/registration.ts";
export { cloudToken, TOKENS, type Tokens } from "./tokens.ts";
