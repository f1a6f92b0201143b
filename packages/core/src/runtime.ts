import { CAPABILITIES, type Capabilities, type Capability } from "./capabilities.ts";
import { type Clock, monotonicTime, systemClock } from "./clock.ts";
import type { BlockStorageDriver } from "./driver.ts";
import { PolyvolError } from "./errors.ts";
import type { DriverEvent, PolyvolEvent } from "./events.ts";
import { createLocks, type Locks } from "./locks.ts";
import type { BlockStorageOptions } from "./options.ts";
import { createRetryBudget, type RetryBudget, type RetryPolicy, retryPolicy } from "./retry.ts";
import { tell } from "./tell.ts";
import { fitWords } from "./words.ts";

/** Everything that all calls of one storage share. */
export interface Runtime {
  readonly driver: BlockStorageDriver;
  readonly capabilities: Capabilities;
  readonly clock: Clock;
  /** Every span of this storage is measured with it: in milliseconds, from whenever, whatever the clock is set to. */
  readonly monotonicNow: () => number;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly budget: RetryBudget;
  readonly polling: { readonly initialDelayMs: number; readonly maxDelayMs: number };
  readonly timeoutMs: number;
  readonly waitTimeoutMs: number;
  readonly listConcurrency: number;
  readonly locks: Locks;
  emit(operation: string, event: DriverEvent): void;
}

export function createRuntime(driver: BlockStorageDriver, options: BlockStorageOptions): Runtime {
  const listener = options.onEvent;
  const clock = options.clock ?? systemClock;
  return {
    driver,
    capabilities: effectiveCapabilities(driver, options),
    clock,
    monotonicNow: monotonicTime(clock),
    random: options.random ?? Math.random,
    retry: retryPolicy(options.retry),
    budget: createRetryBudget(options.retry?.budget ?? 100),
    polling: { ...driver.polling, ...options.polling },
    timeoutMs: options.timeoutMs ?? 60_000,
    waitTimeoutMs: options.waitTimeoutMs ?? 900_000,
    listConcurrency: options.listConcurrency ?? 8,
    locks: createLocks(),
    emit: (operation, event) => {
      if (listener !== undefined) {
        tell(listener, { provider: driver.provider, operation, ...fitEvent(event) } as PolyvolEvent);
      }
    },
  };
}

/** What events say in words, theirs or a service's. Ids and names in them stay as they are: they are data. */
const WORDS = ["reason", "seen", "message", "failure"] as const;

function fitEvent(event: DriverEvent): DriverEvent {
  const said = event as { readonly [key in (typeof WORDS)[number]]?: string };
  const fit = WORDS.flatMap((key) => (said[key] === undefined ? [] : [[key, fitWords(said[key])]]));
  return fit.length === 0 ? event : { ...event, ...Object.fromEntries(fit) };
}

function effectiveCapabilities(driver: BlockStorageDriver, options: BlockStorageOptions): Capabilities {
  const { capabilities: declared, paging } = driver;
  const without = new Set<Capability>(options.without ?? []);
  for (const name of without) {
    if (!CAPABILITIES.includes(name)) {
      throw new PolyvolError(
        "invalid_argument",
        `without: ${JSON.stringify(name)} is no capability; known are ${CAPABILITIES.join(", ")}`,
      );
    }
  }
  return {
    ...declared,
    supports: declared.supports.filter((name) => !without.has(name)),
    limits: { ...declared.limits, ...options.limits },
    requestCosts: {
      snapshotDeletion: driver.deletion === "immediate" ? 1 : 3,
      volumesPerRequest: paging.maxPageSize,
      snapshotsPerRequest: (driver.snapshotPaging ?? paging).maxPageSize,
    },
  };
}

/** Refuses, before any request, what this provider cannot do. */
export function requireCapability(runtime: Runtime, capability: Capability, what: string): void {
  if (runtime.capabilities.supports.includes(capability)) return;
  throw new PolyvolError("unsupported", `${what} (needs the capability ${capability})`, {
    outcome: "not_applied",
  });
}
