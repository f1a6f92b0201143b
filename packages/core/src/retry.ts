import { PolyvolError } from "./errors.ts";

/** The retry options with every default filled in. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** How often a busy resource is tried again, and the pauses between: longer than for faults, outside the budget. */
export const BUSY: {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
} = {
  maxAttempts: 40,
  baseDelayMs: 1_000,
  maxDelayMs: 15_000,
};

/**
 * The pauses while a quota of requests is spent and the service does not say for how long: until the deadline, outside
 * the budget.
 */
export const QUOTA: typeof BUSY = {
  maxAttempts: Number.POSITIVE_INFINITY,
  baseDelayMs: 1_000,
  maxDelayMs: 30_000,
};

/** Full jitter: anything between 0 and a bound that doubles with each attempt. */
export function backoffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  return random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(attempt - 1, 30));
}

/** The pause after `failure`: what it asks for, and no less than what comes by chance, so that not all come back at once. */
export function pauseMs(
  policy: RetryPolicy,
  attempt: number,
  random: () => number,
  { retryAfterMs = 0 }: PolyvolError,
): number {
  return Math.max(retryAfterMs, backoffMs(policy, attempt, random));
}

/**
 * A bucket of retries for a whole storage. Each retry takes a token, a success gives back what it took and a tenth
 * more. So faults that pass cost nothing, and a service that is down sees calls, not multiples of calls.
 */
export interface RetryBudget {
  take(): boolean;
  succeeded(taken: number): void;
}

export function createRetryBudget(capacity: number): RetryBudget {
  let tokens = capacity;
  return {
    take: () => {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    succeeded: (taken) => {
      tokens = Math.min(capacity, tokens + taken + 0.1);
    },
  };
}

/** Whether the resource was merely busy: the same request will be accepted once it is not. */
export function isBusy(error: PolyvolError): boolean {
  return error.code === "conflict" && error.retryable && !error.mayAlreadyExist;
}

/** Whether a quota of requests is spent: the same request will be accepted once it is not. */
export function isQuota(error: PolyvolError): boolean {
  return error.code === "rate_limited" && error.retryable && !error.mayAlreadyExist;
}

/** Whether sending the very same request again is safe and can help. */
export function mayRepeat(error: PolyvolError, repeatable: boolean): boolean {
  return error.retryable && !error.mayAlreadyExist && (repeatable || error.outcome === "not_applied");
}

/** Whether a change may have been carried out although its request failed. */
export function isUnclear(error: PolyvolError): boolean {
  return error.outcome === "unknown" && error.code !== "operation_failed";
}

/** What is thrown as a {@link PolyvolError} whatever a driver threw. `changes`: whether it may have done anything. */
export function asPolyvolError(error: unknown, changes: boolean): PolyvolError {
  return new PolyvolError("unknown", error instanceof Error ? error.message : "the driver threw no error", {
    ...(changes ? { outcome: "unknown" as const } : {}),
    cause: error,
  });
}
