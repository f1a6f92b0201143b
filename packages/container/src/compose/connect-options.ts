import type { Clock, PolyvolEvent } from "@polyvol/core";
import type { ProviderRegistration } from "../providers/registration.ts";
import type { Environment } from "./credentials.ts";

/** What a program adds to a configuration. All are optional. */
export interface ConnectOptions {
  /** Names of the clouds to connect. Default: all. */
  readonly only?: readonly string[];
  /** Where `{ env: NAME }` is looked up. Default `process.env`. */
  readonly environment?: Environment;
  /** Providers beside those that come with Polyvol. */
  readonly providers?: readonly ProviderRegistration[];
  /** Receives the events of all clouds. */
  readonly onEvent?: (event: PolyvolEvent, cloud: string) => void;
  /** The clock of all clouds. Default: the machine's own. */
  readonly clock?: Clock;
  /** Sends the requests. Default: `node:http` and `node:https` on Node, the global `fetch` elsewhere. */
  readonly fetch?: typeof globalThis.fetch;
  /** Random numbers in [0, 1) for jitter. */
  readonly random?: () => number;
}

/** The part of them that goes on to the adapter of a cloud. */
export function adapterOptions(options: ConnectOptions, cloud: string): Record<string, unknown> {
  const { onEvent, clock, fetch, random } = options;
  return {
    ...(onEvent === undefined ? {} : { onEvent: (event: PolyvolEvent) => onEvent(event, cloud) }),
    ...(clock === undefined ? {} : { clock }),
    ...(fetch === undefined ? {} : { fetch }),
    ...(random === undefined ? {} : { random }),
  };
}
