import { isVirtualClock, realClock } from "./clock.ts";
import { createExchange } from "./exchange.ts";
import type { Fault } from "./fault.ts";
import { createFaults, type FaultRegistry } from "./faults.ts";
import { createFetch, type Fetch } from "./fetch-shell.ts";
import { type Listener, type ListenOptions, listen } from "./node-server.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";
import type { Clock, EmulatedService, Inventory } from "./service.ts";

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

/** Tells the options of every emulator, with their clock and seed, from those of one provider. */
export function splitOptions<Options extends EmulatorOptions>(
  options: Options,
): {
  readonly shell: EmulatorOptions & { readonly clock: Clock; readonly randomSeed: number };
  readonly own: Omit<Options, keyof EmulatorOptions>;
} {
  const {
    clock = realClock,
    randomSeed = 1,
    latencyMs,
    realLatency,
    faults,
    logLimit,
    logBodyLimit,
    ...own
  } = options;
  return { shell: { clock, randomSeed, latencyMs, realLatency, faults, logLimit, logBodyLimit }, own };
}

/** One emulated provider with its controls. */
export interface Emulator {
  /** Short name: `digitalocean`, `samsung-scp`. */
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

function latencyOf(options: EmulatorOptions, clock: Clock): (() => Promise<void>) | undefined {
  const { latencyMs = 0, realLatency = false } = options;
  if (!(latencyMs > 0)) return undefined;
  if (isVirtualClock(clock)) return realLatency ? () => realClock.sleep(latencyMs) : undefined;
  return () => clock.sleep(latencyMs);
}

/** Puts the shell around a service. `options.clock` must be the clock that the service was made with. */
export function createEmulator(service: EmulatedService, options: EmulatorOptions = {}): Emulator {
  const { clock = realClock, randomSeed = 1, logLimit = 10_000, logBodyLimit = 16_384 } = options;
  const faults = createFaults(randomSeed, () => clock.now());
  const log = createRequestLog({ limit: logLimit, bodyLimit: logBodyLimit }, service.secrets ?? []);
  for (const fault of options.faults ?? []) faults.add(fault);
  let generation = 0;
  const exchange = createExchange({
    service,
    clock,
    faults,
    log,
    latency: latencyOf(options, clock),
    generation: () => generation,
  });

  const emulator: Emulator = {
    provider: service.provider,
    clock,
    fetch: createFetch(exchange),
    advance(ms) {
      if (isVirtualClock(clock)) return clock.advance(ms);
      throw new TypeError(
        "this emulator runs on the real clock; make it with clock: createVirtualClock() to advance it",
      );
    },
    faults: { add: faults.add, remove: faults.remove, clear: faults.clear, list: faults.list },
    log: { entries: log.entries, clear: log.clear },
    state: () => service.state(),
    inventory() {
      if (service.inventory !== undefined) return service.inventory();
      throw new TypeError(`${service.provider} holds nothing that could be listed`);
    },
    seed: (data) => service.seed(data),
    reset() {
      generation += 1;
      service.reset();
      faults.clear();
      log.clear();
    },
    listen: (listenOptions = {}) =>
      listen(emulator, exchange, {
        ...listenOptions,
        publicHosts: [...(service.hosts ?? []), ...(listenOptions.publicHosts ?? [])],
      }),
  };
  return emulator;
}
