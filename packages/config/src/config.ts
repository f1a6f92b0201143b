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
  /** The account that it is, where the configuration says so; see `accountsOf`. */
  readonly account?: string | undefined;
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
  /** Where the clouds come from, in words, where that is a source beside the file. */
  readonly source?: string;
  /**
   * By name, what a source says wrongly: a `ConfigError` that stops this one cloud, and no other. Empty where the clouds
   * stand in the file, as what is wrong there stops all.
   */
  readonly refused: ReadonlyMap<string, Error>;
  /** By id. For the backup package, which checks what is in them. */
  readonly policies?: Readonly<Record<string, unknown>>;
  /** Where a path stands in the file, or the nearest thing around it that does. */
  locate(path: ConfigPath): Position | undefined;
}

/** What a configuration written as code consists of; a file holds the same, with credentials by reference. */
export interface ConfigInput {
  /**
   * By name: letters, digits, `.`, `_` and `-`, up to 64. Or where they come from: `{ from }`, or a function that is asked
   * once, when the configuration is loaded.
   */
  readonly clouds: CloudInputs | CloudsFrom | (() => CloudInputs | Promise<CloudInputs>);
  /** Backup policies by id; `@polyvol/backup` checks them. */
  readonly policies?: object | undefined;
  /** Lets credentials stand in the file as plain text. Default `false`. */
  readonly allowLiteralSecrets?: boolean | undefined;
}

/** Clouds by name, as written. */
export type CloudInputs = Readonly<Record<string, CloudInput>>;

/** What stands in place of clouds that come from a source. */
export interface CloudsFrom {
  /** The source. */
  readonly from: CloudSource;
}

/** Where clouds come from that do not stand in the file: one of `command`, `file` and `url`. */
export interface CloudSource {
  /**
   * The program and its arguments; it is run without a shell, in the folder of the configuration, and writes the clouds
   * as JSON to its standard output. Only in a file that is named.
   */
  readonly command?: readonly [string, ...string[]] | undefined;
  /** A file of YAML or JSON, relative to the configuration. */
  readonly file?: string | undefined;
  /** An `https:` address that answers a GET with the clouds as JSON; `http:` for loopback addresses only. */
  readonly url?: string | undefined;
  /** Headers of the request, by name, each by reference: `{ env }` or `{ file }`. Only with `url`. Default: none. */
  readonly headers?: Readonly<Record<string, SecretReference>> | undefined;
  /** How long the command or the request may take, in milliseconds, up to 600,000. Default 60,000. */
  readonly timeoutMs?: number | undefined;
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
  /**
   * The account that it is: clouds that say the same one stay together when work is spread. Letters, digits, `.`, `_` and
   * `-`, up to 64. Default: told by its provider, its address and where its credentials come from.
   */
  readonly account?: string | undefined;
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
  /** Where this part comes from, in words, where that is a source of clouds. */
  readonly from?: string;
  readonly directory: string;
  readonly explicit: boolean;
  readonly value: unknown;
  locate(path: ConfigPath): Position | undefined;
}

/** The part of a source that depends on how the file is written. */
export type ParsedText = Pick<ConfigSource, "value" | "locate">;
