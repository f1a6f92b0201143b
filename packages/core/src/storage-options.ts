/** The options of every storage: the one place that says what they are. */
import * as z from "zod/mini";
import { CAPABILITIES, type Limits } from "./capabilities.ts";
import { type Clock, systemClock } from "./clock.ts";
import type { EventListener } from "./events.ts";
import { option, optionGroup, type ValueSchema, type ValuesOf } from "./option.ts";

const atLeastOne = z.int().check(z.positive());
const milliseconds = z.number().check(z.nonnegative());
const timeout = z.number().check(z.positive());

/** Limits that are a number, or `unknown`; the others are rules of several parts. */
const NUMBERS = ["volumeDescriptionBytes", "snapshotsPerVolume", "snapshotGapMs", "volumesPerServer"];
const RULES = ["volumeName", "snapshotName", "volumeSize", "tags", "requestQuotas"];

function areLimits(given: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(given).every(([name, value]) => {
    if (value === undefined) return [...NUMBERS, ...RULES].includes(name);
    if (NUMBERS.includes(name))
      return value === "unknown" || (typeof value === "number" && isCountable(value));
    return RULES.includes(name) && Object(value) === value && isCountable(value);
  });
}

/** Whether every number in it is one from 0. */
function isCountable(value: unknown): boolean {
  if (typeof value === "number") return value >= 0 && Number.isFinite(value);
  return Object(value) !== value || Object.values(value as object).every(isCountable);
}

/** What a deadline may be, in words. */
const TIMEOUT = "milliseconds above 0";

export const retryOptions = {
  /**
   * Most times that one request is sent, the first included. What a busy resource or a spent quota of requests refuses
   * is waited out beyond it. Default 4.
   */
  maxAttempts: option(atLeastOne, {
    allowed: "a whole number from 1",
    description:
      "Most times that one request is sent, the first included. What a busy resource or a spent quota of requests refuses is waited out beyond it.",
    default: 4,
    example: 6,
  }),
  /** Bound of the first pause in milliseconds; it doubles each time. Default 100. */
  baseDelayMs: option(milliseconds, {
    allowed: "a number of milliseconds from 0",
    description: "Bound of the first pause in milliseconds; it doubles each time.",
    default: 100,
    example: 200,
  }),
  /** Largest bound of a pause in milliseconds. Default 20,000. */
  maxDelayMs: option(milliseconds, {
    allowed: "a number of milliseconds from 0",
    description: "Largest bound of a pause in milliseconds.",
    default: 20_000,
    example: 10_000,
  }),
  /**
   * Retries that may be outstanding beyond successes, for the whole storage: under a total outage calls fail fast
   * instead of multiplying. Default 100.
   */
  budget: option(z.number().check(z.nonnegative()), {
    allowed: "a number from 0",
    description:
      "Retries that may be outstanding beyond successes, for the whole storage: under a total outage calls fail fast instead of multiplying.",
    default: 100,
    example: 20,
  }),
};

/** How failed requests are sent again. Full jitter: each pause is drawn between 0 and its bound. */
export interface RetryOptions extends ValuesOf<typeof retryOptions> {}

export const pollingOptions = {
  /** Pause before the first look, in milliseconds. Default: the driver's. */
  initialDelayMs: option(milliseconds, {
    allowed: "a number of milliseconds from 0",
    description: "Pause before the first look, in milliseconds.",
    defaultText: "the driver's",
    example: 5_000,
  }),
  /** Longest pause between looks, in milliseconds. Default: the driver's. */
  maxDelayMs: option(milliseconds, {
    allowed: "a number of milliseconds from 0",
    description: "Longest pause between looks, in milliseconds.",
    defaultText: "the driver's",
    example: 30_000,
  }),
};

/** How pending changes are looked at. */
export interface PollingOptions extends ValuesOf<typeof pollingOptions> {}

/** Limits by name, each of which may be left out. */
export type LimitOverrides = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** The options that every storage takes, as data. */
export const storageOptions = {
  /** Deadline of a call that does not wait for anything to finish, in milliseconds. Default 60,000. */
  timeoutMs: option(timeout, {
    allowed: TIMEOUT,
    description: "Deadline of a call that does not wait for anything to finish, in milliseconds.",
    default: 60_000,
    example: 30_000,
  }),
  /** Deadline of a call that waits until a change has finished, in milliseconds. Default 900,000. */
  waitTimeoutMs: option(timeout, {
    allowed: TIMEOUT,
    description: "Deadline of a call that waits until a change has finished, in milliseconds.",
    default: 900_000,
    example: 1_800_000,
  }),
  /** Pages fetched side by side in one listing, where pages can be addressed freely. Default 16. */
  listConcurrency: option(atLeastOne, {
    allowed: "a whole number from 1",
    description: "Pages fetched side by side in one listing, where pages can be addressed freely.",
    default: 16,
    example: 4,
  }),
  /** How failed requests are sent again. Each key has its own default. */
  retry: optionGroup(retryOptions, {
    description: "How failed requests are sent again. Each key has its own default.",
    example: { maxAttempts: 6 },
  }),
  /** How pending changes are looked at. Each key has its own default. */
  polling: optionGroup(pollingOptions, {
    description: "How pending changes are looked at. Each key has its own default.",
    example: { initialDelayMs: 5_000 },
  }),
  /** Turns capabilities off: their calls fail with `unsupported`. It cannot turn any on. */
  without: option(z.readonly(z.array(z.enum(CAPABILITIES))), {
    allowed: `a list of ${CAPABILITIES.join(", ")}`,
    description: "Turns capabilities off: their calls fail with `unsupported`. It cannot turn any on.",
    example: ["volumes.attach"],
  }),
  /** Replaces documented limits that differ for this account. */
  limits: option(
    z.record(z.string(), z.unknown()).check(z.refine(areLimits)) as unknown as ValueSchema<LimitOverrides>,
    {
      allowed: `limits by name, with numbers from 0: ${[...NUMBERS, ...RULES].join(", ")}`,
      description: "Replaces documented limits that differ for this account.",
      example: { snapshotsPerVolume: 50 },
    },
  ),
  /** Source of time and pauses. Default: the machine's own clock. */
  clock: option(
    z.custom<Clock>(
      (value) => typeof Object(value).now === "function" && typeof Object(value).sleep === "function",
    ),
    {
      allowed: "an object with now() and sleep()",
      description: "Source of time and pauses.",
      default: systemClock,
      defaultText: "the machine's own clock",
      codeOnly: true,
    },
  ),
  /** Receives every request, answer, retry, pause for a quota, wait, recovery and choice of a version. Default: nobody listens. */
  onEvent: option(
    z.custom<EventListener>((value) => typeof value === "function"),
    {
      allowed: "a function",
      description:
        "Receives every request, answer, retry, pause for a quota, wait, recovery and choice of a version.",
      defaultText: "nobody listens",
      codeOnly: true,
    },
  ),
  /** Random numbers in [0, 1) for jitter. Default: `Math.random`. */
  random: option(
    z.custom<() => number>((value) => typeof value === "function"),
    {
      allowed: "a function",
      description: "Random numbers in [0, 1) for jitter.",
      default: Math.random,
      defaultText: "`Math.random`",
      codeOnly: true,
    },
  ),
};

/** Settings of a whole storage. All have defaults. */
export interface BlockStorageOptions extends ValuesOf<typeof storageOptions> {}
