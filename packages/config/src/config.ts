import type { SecretSource } from "@polyvol/core/driver";

/** A credential by reference: nothing secret stands in the file. */
export type SecretReference =
  | { readonly env: string }
  /** Relative paths are relative to the configuration file. */
  | { readonly file: string }
  /** From configuration written as code: the credential itself, or a source of it that is asked again. */
  | (() => string | Promise<string>);

/** One cloud of a configuration, checked. */
export interface CloudConfig {
  /** Its name in the configuration. */
  readonly name: string;
  /** `digitalocean`, `samsung-scp`, `openstack`, or `package:NAME` for a driver from elsewhere. */
  readonly provider: string;
  /** The provider's name of a region, for what is created without one. */
  readonly region?: string;
  /** What a GiB of snapshots costs for a month, such as `0.06 USD`. Only reports use it. */
  readonly snapshotPrice?: string | undefined;
  /** Absent: the adapter's own environment variables. */
  readonly credentials?: Readonly<Record<string, SecretReference>>;
  /** The adapter's options, as its factory takes them. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A place in a text file, both counted from 1. */
export interface Position {
  /** Of the text, from 1. */
  readonly line: number;
  /** In the line, from 1. */
  readonly column: number;
}

/** Keys and indices from the top of a configuration. */
export type ConfigPath = readonly (string | number)[];

/** A checked configuration. It holds references to secrets, so it can be logged. */
export interface Config {
  /** Absolute path; absent for a configuration that was given as an object. */
  readonly file?: string;
  /** What relative paths are relative to. */
  readonly directory: string;
  /** Whether the file was named by the caller rather than found: only then may it name code to run. */
  readonly explicit: boolean;
  /** By name, in the order of the file. */
  readonly clouds: ReadonlyMap<string, CloudConfig>;
  /** By id. For the backup package, which checks what is in them. */
  readonly policies?: Readonly<Record<string, unknown>>;
  /** Where a path stands in the file, or the nearest thing around it that does. */
  locate(path: ConfigPath): Position | undefined;
}

/** What a configuration written as code consists of; a file holds the same, with credentials by reference. */
export interface ConfigInput {
  /** By name: letters, digits, `.`, `_` and `-`, up to 64. */
  readonly clouds: Readonly<Record<string, CloudInput>>;
  /** Backup policies by id; `@polyvol/backup` checks them. */
  readonly policies?: object | undefined;
  /** Lets credentials stand in the file as plain text. Default `false`. */
  readonly allowLiteralSecrets?: boolean | undefined;
}

/** One cloud, as written. */
export interface CloudInput {
  /** `digitalocean`, `samsung-scp`, `openstack`, or `package:NAME` for a driver from elsewhere. */
  readonly provider: string;
  /** The provider's name of a region, for what is created without one. */
  readonly region?: string | undefined;
  /**
   * What a GiB of snapshots costs for a month: the amount and the currency, such as `0.06 USD`. Only reports use it.
   * Default: none, and no cost is told.
   */
  readonly snapshotPrice?: string | undefined;
  /** Each by reference. Default: the adapter reads its own environment variables. */
  readonly credentials?: Readonly<Record<string, SecretSource | { readonly env: string }>> | undefined;
  /** The adapter's options that are plain data. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** Gives a configuration in a `.ts` file its type: `export default defineConfig({ … })`. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

/** A configuration as it was read, before anything in it is checked. */
export interface ConfigSource {
  readonly file?: string;
  readonly directory: string;
  readonly explicit: boolean;
  readonly value: unknown;
  locate(path: ConfigPath): Position | undefined;
}

/** The part of a source that depends on how the file is written. */
export type ParsedText = Pick<ConfigSource, "value" | "locate">;
