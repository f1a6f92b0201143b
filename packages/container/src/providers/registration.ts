import type { BlockStorage, CallOptions, Snapshot } from "@polyvol/core";

/** An option that may stand in a configuration file. */
export interface OptionRule {
  /** JSON Schema of its value: checks the file, and completes it in editors. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** The same in words, for error messages: `a whole number of milliseconds from 0`. */
  readonly allowed: string;
}

/** A credential that a provider needs. */
export interface CredentialRule {
  /** Whether `credentials` is incomplete without it. */
  readonly required: boolean;
  /** What it is: `API token`. */
  readonly description: string;
  /** Environment variables that the adapter reads itself when there is no `credentials`, first to last. */
  readonly variables?: readonly string[];
}

/**
 * Makes a storage from the adapter's options: those of the configuration, `region`, each credential under its own
 * name, and what the program gives itself (`clock`, `fetch`, `onEvent`, `random`).
 */
export type CreateStorage = (options: Readonly<Record<string, unknown>>) => BlockStorage;

/**
 * Puts the bare tag `key` on a snapshot (`present`), or takes off every tag of that key, whatever its value. Repeated
 * is success.
 */
export type WriteSnapshotTag = (
  storage: BlockStorage,
  snapshot: Snapshot,
  key: string,
  present: boolean,
  options?: CallOptions,
) => Promise<void>;

/** All that makes a provider known. Adding one is adding one of these. */
export interface ProviderRegistration {
  /** Its name in configuration files. */
  readonly provider: string;
  /** By the key under which they stand in a configuration. */
  readonly credentials: Readonly<Record<string, CredentialRule>>;
  /** By the key under which they stand in a configuration. */
  readonly options: Readonly<Record<string, OptionRule>>;
  /** Loads the adapter, once a cloud of this provider is connected. */
  load(): Promise<CreateStorage>;
  /** Where tags of a snapshot can change only by calls of this provider's own: loads what makes them. */
  readonly loadTagWriter?: () => Promise<WriteSnapshotTag>;
}
