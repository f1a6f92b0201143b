import { isVirtualClock, realClock } from "./clock.ts";
import type { Emulator, EmulatorOptions } from "./emulator-types.ts";
import { createExchange } from "./exchange.ts";
import { createFaults } from "./faults.ts";
import { createFetch } from "./fetch.ts";
import { createRequestLog } from "./request-log.ts";
import { listen } from "./server.ts";
import type { Clock, EmulatedService } from "./service.ts";

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
  const instant = (): number => {
    const now = clock.now();
    service.runDue?.(now);
    return now;
  };
  const exchange = createExchange({
    service,
    clock,
    instant,
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
    state: () => service.state(instant()),
    inventory() {
      instant();
      if (service.inventory !== undefined) return service.inventory();
      throw new TypeError(`${service.provider} holds nothing that could be listed`);
    },
    seed: (data) => service.seed(data, instant()),
    reset() {
      generation += 1;
      service.reset(clock.now());
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
