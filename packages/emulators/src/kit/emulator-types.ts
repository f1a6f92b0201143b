import type { Fault } from "./fault.ts";
import type { FaultRegistry } from "./faults.ts";
import type { RequestLog } from "./request-log.ts";
import type { Clock, Inventory } from "./service.ts";

/** Options of the shell, the same for every provider. All are optional. */
export interface EmulatorOptions {
  /** Time. Default: the machine's own (`realClock`); tests pass `createVirtualClock()`. */
  readonly clock?: Clock | undefined;
  /** Decides every made-up id and every fault by chance. Default 1. */
  readonly randomSeed?: number | undefined;
  /**
   * Milliseconds added to every answer. Default 0. On a virtual clock nothing is added unless `realLatency` is
   * set, because an answer would otherwise wait for somebody to move the clock.
   */
  readonly latencyMs?: number | undefined;
  /** Adds `latencyMs` in real time although the clock is virtual. Default false. */
  readonly realLatency?: boolean | undefined;
  /** Faults from the start, as `faults.add` takes them. */
  readonly faults?: readonly Fault[] | undefined;
  /** How many requests the log keeps. Default 10,000; 0 keeps none. */
  readonly logLimit?: number | undefined;
  /** How many characters of a request body the log keeps. Default 16,384. */
  readonly logBodyLimit?: number | undefined;
}

/** One emulated provider with its controls. */
export interface Emulator {
  /** Short name: `digitalocean`, `samsung-scp`, `openstack`; `proxy` for one of faults. */
  readonly provider: string;
  /** The clock that everything goes by. */
  readonly clock: Clock;
  /**
   * Answers a request in process; it can be handed to a client as its `fetch`. Connection faults reject with
   * `TypeError("fetch failed")`. Redirects are returned, not followed.
   */
  readonly fetch: Fetch;
  /** Moves a virtual clock. Throws when the clock is real. */
  advance(ms: number): Promise<void>;
  /** The faults, to be added and removed at any time. */
  readonly faults: FaultRegistry;
  /** The requests that arrived. */
  readonly log: RequestLog;
  /** Everything that exists now, as JSON-safe data in the provider's own words. */
  state(): unknown;
  /** The volumes and snapshots that exist now, the same for every provider. Throws for a service that holds none. */
  inventory(): Inventory;
  /**
   * Adds data; the shape is the provider's own, or a `state()` that was read, of which work under way is not carried on.
   * Throws `InvalidInput` naming the place that is wrong.
   */
  seed(data: unknown): void;
  /** Forgets data, faults, log and what was to be committed later. Options and the clock stay. */
  reset(): void;
  /** Serves over HTTP on a port of its own until closed. */
  listen(options?: ListenOptions): Promise<Listener>;
}

/** Where and how an emulator listens. */
export interface ListenOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Address to bind. Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Names, besides loopback, that clients may put in `Host`. Anything else is answered with 421. */
  readonly publicHosts?: readonly string[] | undefined;
  /** Serves the control path `/_emulator/…` to clients on this machine. Default true. */
  readonly control?: boolean | undefined;
  /**
   * Origins of web pages that may use the emulator, such as `http://localhost:5173`, or `*` for every one (CORS). The control
   * path is not among what they may use. Default: none.
   */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Longest request body, in bytes; a longer one is answered with 413. Default 10 MiB. */
  readonly maxBodyBytes?: number | undefined;
}

/** A running server. */
export interface Listener {
  /** Without a trailing slash, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  /** The port that was taken. */
  readonly port: number;
  /** Stops listening and ends every connection, also those in the middle of an answer. */
  close(): Promise<void>;
}

/** The signature of the global `fetch`, as far as an emulator needs it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
