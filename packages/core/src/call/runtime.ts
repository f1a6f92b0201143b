import { abortable } from "../abort.ts";
import type { Capabilities, Capability } from "../capabilities.ts";
import { monotonicTime } from "../clock.ts";
import type { BlockStorageDriver } from "../driver.ts";
import { type DriverEvent, type PolyvolEvent, tell } from "../events.ts";
import { omitUndefined } from "../omit-undefined.ts";
import { withDefaults } from "../option.ts";
import { type BlockStorageOptions, retryOptions, storageOptions } from "../storage-options.ts";
import { fitWords } from "../words.ts";
import { createGivenUpCreates, createNewcomers, createRecentChanges } from "./just-now.ts";
import { createRetryBudget } from "./retry.ts";
import { createSettle } from "./settle.ts";

/** Everything that all calls of one storage share. */
export type Runtime = ReturnType<typeof createRuntime>;

export function createRuntime(driver: BlockStorageDriver, options: BlockStorageOptions) {
  const { clock, random, timeoutMs, waitTimeoutMs, listConcurrency, onEvent } = withDefaults(
    options,
    storageOptions,
  );
  const retry = withDefaults(options.retry ?? {}, retryOptions);
  const monotonicNow = monotonicTime(clock);
  const settle = createSettle(driver.settleMs, monotonicNow);
  return {
    driver,
    capabilities: effectiveCapabilities(driver, options),
    clock,
    /** Every span of this storage is measured with it: in milliseconds, from whenever, whatever the clock is set to. */
    monotonicNow,
    random,
    retry,
    budget: createRetryBudget(retry.budget),
    polling: pollingOf({ ...driver.polling, ...omitUndefined(options.polling ?? {}) }),
    timeoutMs,
    waitTimeoutMs,
    listConcurrency,
    locks: createLocks(),
    newcomers: createNewcomers(monotonicNow),
    recentChanges: createRecentChanges(monotonicNow),
    givenUpCreates: createGivenUpCreates(monotonicNow),
    /** For how long what was sent may take to show where names are not enforced. */
    settleMs: settle.ms,
    emit: (operation: string, event: DriverEvent): void => {
      if (event.type === "response" && event.method !== "GET") settle.took(event.durationMs);
      if (onEvent !== undefined) {
        tell(onEvent, { provider: driver.provider, operation, ...fitEvent(event) } as PolyvolEvent);
      }
    },
  };
}

/** Where the first look comes at once, the second does not: this long after it, in milliseconds. */
const PAUSE_AFTER_LOOK_AT_ONCE_MS = 100;

/** When pending changes are looked at. */
function pollingOf(given: BlockStorageDriver["polling"]) {
  const { initialDelayMs, maxDelayMs } = given;
  /** Between the first look and the second, in milliseconds; what grows begins with it. */
  const firstPauseMs = initialDelayMs || Math.min(maxDelayMs, PAUSE_AFTER_LOOK_AT_ONCE_MS);
  return { ...given, firstPauseMs };
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
  return {
    ...declared,
    supports: declared.supports.filter((name) => !without.has(name)),
    limits: { ...declared.limits, ...omitUndefined(options.limits ?? {}) },
    requestCosts: {
      snapshotDeletion: driver.deletion === "immediate" ? 1 : 3,
      volumesPerRequest: paging.maxPageSize,
      snapshotsPerRequest: (driver.snapshotPaging ?? paging).maxPageSize,
    },
  };
}

/** One change at a time for each key, in the order of arrival. */
function createLocks() {
  const queues = new Map<string, Promise<void>>();
  return {
    /** Runs `task` alone among those of its key. Waiting for the turn ends with `abortSignal`. */
    exclusively: async <T>(key: string, abortSignal: AbortSignal, task: () => Promise<T>): Promise<T> => {
      const before = queues.get(key);
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const tail = before === undefined ? held : before.then(() => held);
      queues.set(key, tail);
      try {
        if (before !== undefined) await abortable(before, abortSignal);
        return await task();
      } finally {
        release();
        if (queues.get(key) === tail) queues.delete(key);
      }
    },
  };
}
