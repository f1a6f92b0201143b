import { abortable } from "../abort.ts";
import type { Capabilities, Capability } from "../capabilities.ts";
import { type Clock, monotonicTime } from "../clock.ts";
import type { BlockStorageDriver } from "../driver.ts";
import { type DriverEvent, type PolyvolEvent, tell } from "../events.ts";
import { omitUndefined } from "../omit-undefined.ts";
import { withDefaults } from "../option.ts";
import { type BlockStorageOptions, retryOptions, storageOptions } from "../storage-options.ts";
import { fitWords } from "../words.ts";
import {
  createGivenUpCreates,
  createNewcomers,
  createRecentChanges,
  type GivenUpCreates,
  type Newcomers,
  type RecentChanges,
} from "./just-now.ts";
import { createRetryBudget, type RetryBudget, type RetryPolicy } from "./retry.ts";
import { createSettle } from "./settle.ts";

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
  readonly polling: Polling;
  readonly timeoutMs: number;
  readonly waitTimeoutMs: number;
  readonly listConcurrency: number;
  readonly locks: Locks;
  readonly newcomers: Newcomers;
  readonly recentChanges: RecentChanges;
  readonly givenUpCreates: GivenUpCreates;
  /**
   * For how long what was sent may take to show where names are not enforced, in milliseconds. Of the time that a call
   * has left it takes no more than a third, unless the driver says so itself.
   */
  readonly settleMs: (remainingMs?: number) => number;
  emit(operation: string, event: DriverEvent): void;
}

export function createRuntime(driver: BlockStorageDriver, options: BlockStorageOptions): Runtime {
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
    settleMs: settle.ms,
    emit: (operation, event) => {
      if (event.type === "response" && event.method !== "GET") settle.took(event.durationMs);
      if (onEvent !== undefined) {
        tell(onEvent, { provider: driver.provider, operation, ...fitEvent(event) } as PolyvolEvent);
      }
    },
  };
}

/** When pending changes are looked at, in milliseconds. */
interface Polling {
  /** Before the first look. */
  readonly initialDelayMs: number;
  /** At most between two looks. */
  readonly maxDelayMs: number;
  /** Between the first look and the second; what grows begins with it. */
  readonly firstPauseMs: number;
}

/** Where the first look comes at once, the second does not: this long after it, in milliseconds. */
const PAUSE_AFTER_LOOK_AT_ONCE_MS = 100;

function pollingOf(given: Omit<Polling, "firstPauseMs">): Polling {
  const { initialDelayMs, maxDelayMs } = given;
  return { ...given, firstPauseMs: initialDelayMs || Math.min(maxDelayMs, PAUSE_AFTER_LOOK_AT_ONCE_MS) };
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
interface Locks {
  /** Runs `task` alone among those of its key. Waiting for the turn ends with `abortSignal`. */
  exclusively<T>(key: string, abortSignal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

function createLocks(): Locks {
  const queues = new Map<string, Promise<void>>();
  return {
    exclusively: async (key, abortSignal, task) => {
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
