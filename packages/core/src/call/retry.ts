import type { Clock } from "../clock.ts";
import type { CallContext } from "../driver.ts";
import { extendError, PolyvolError } from "../errors.ts";
import { showSpan } from "../words.ts";

/*
 * The one rule of what is sent again, and when. A request that may be repeated as it is goes through `pauseBeforeRetry`
 * in `call.ts`; one whose effect has to be looked for first goes through `recover.ts`, by the same pauses.
 */

/** How often something is sent, and the pauses between. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** For a busy resource: longer than for faults, and outside the budget. */
const BUSY: RetryPolicy = { maxAttempts: 40, baseDelayMs: 1_000, maxDelayMs: 15_000 };

/**
 * While a quota of requests is spent and the service does not say for how long: until the deadline, outside the budget.
 */
const QUOTA: RetryPolicy = {
  maxAttempts: Number.POSITIVE_INFINITY,
  baseDelayMs: 1_000,
  maxDelayMs: 30_000,
};

/** Full jitter: anything between 0 and a bound that doubles with each attempt. */
export function backoffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  return random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(attempt - 1, 30));
}

/**
 * A bucket of retries for a whole storage. Each retry takes a token, a success gives back what it took and a tenth
 * more. So faults that pass cost nothing, and a service that is down sees calls, not multiples of calls.
 */
export function createRetryBudget(capacity: number) {
  let tokens = capacity;
  return {
    take: (): boolean => {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    succeeded: (taken: number): void => {
      tokens = Math.min(capacity, tokens + taken + 0.1);
    },
  };
}

/** Whether the resource was merely busy: the same request will be accepted once it is not. */
export function isBusy(error: PolyvolError): boolean {
  return error.code === "conflict" && error.retryable && !error.mayAlreadyExist;
}

/** Whether a quota of requests is spent: the same request will be accepted once it is not. */
function isQuota(error: PolyvolError): boolean {
  return error.code === "rate_limited" && error.retryable && !error.mayAlreadyExist;
}

/** What retries of one storage share. */
interface RetrySetup {
  readonly retry: RetryPolicy;
  readonly budget: ReturnType<typeof createRetryBudget>;
  readonly random: () => number;
  readonly clock: Clock;
}

/**
 * How often one request has failed in the way of `failure`, with it: each kind of failure has attempts and pauses of its
 * own, so that what is waited out costs a later fault none of its attempts.
 */
export type FailureCount = (failure: PolyvolError) => number;

export function countFailures(retry: RetryPolicy): FailureCount {
  const counts = new Map<RetryPolicy, number>();
  return (failure) => {
    const policy = policyFor(retry, failure);
    const count = (counts.get(policy) ?? 0) + 1;
    counts.set(policy, count);
    return count;
  };
}

/** Whether `attempt` attempts that ended with `error` are as many as its kind of failure gets. */
export function isLastAttempt(
  { retry }: Pick<RetrySetup, "retry">,
  error: PolyvolError,
  attempt: number,
): boolean {
  return attempt >= policyFor(retry, error).maxAttempts;
}

function policyFor(retry: RetryPolicy, error: PolyvolError): RetryPolicy {
  return isBusy(error) ? BUSY : isQuota(error) ? QUOTA : retry;
}

/**
 * Whether sending the very same request again is safe and can help. `isRepeatable`: it does no harm when it is carried
 * out twice. The HTTP client's rate limiter may have decided already that it would be too late.
 */
export function mayRepeat(error: PolyvolError, isRepeatable: boolean): boolean {
  const isSafe = isRepeatable || error.outcome === "not_applied";
  return error.retryable && !error.mayAlreadyExist && isSafe && !isTooLate(error);
}

/**
 * Pauses after `failure` before anything is sent or looked for again: for as long as it asks, and no less than what comes
 * by chance, so that not all come back at once. `attempt` is the one that failed, `failures` how many of them failed in this
 * way. Returns how many retries that took from the budget; `undefined`, at once, when the budget is spent.
 * @throws PolyvolError `failure`, at once, when the pause would end at the deadline or later
 */
export async function pauseBeforeRetry(
  { retry, budget, random, clock }: RetrySetup,
  { abortSignal, emit, remainingMs }: CallContext,
  failure: PolyvolError,
  attempt: number,
  failures: number = attempt,
): Promise<number | undefined> {
  const { code, reason, retryAfterMs = 0 } = failure;
  const delayMs = Math.max(retryAfterMs, backoffMs(policyFor(retry, failure), failures, random));
  if (delayMs >= remainingMs()) throw tooLate(failure, delayMs);
  // A service that says "busy" or "too many" is up.
  const cost = isBusy(failure) || isQuota(failure) ? 0 : 1;
  if (cost > 0 && !budget.take()) return undefined;
  emit({ type: "retry", attempt, delayMs, code, reason });
  await clock.sleep(delayMs, abortSignal);
  return cost;
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

/** On errors after which nothing is tried again. Shared by copies of this package. */
const MARK = Symbol.for("polyvol.tooLate");

/** The failure after which nothing is tried again, since that would come `delayMs` from now: at the deadline or later. */
export function tooLate(failure: PolyvolError, delayMs: number): PolyvolError {
  if (isTooLate(failure)) return failure;
  const words = `; the next attempt would come in ${showSpan(delayMs)}, after the deadline of this call`;
  // A driver that says more about a failure makes another of it, without the mark: the words may be there.
  const reason = failure.reason.replace(words, "") + words;
  const error = extendError(failure, { retryAfterMs: Math.ceil(delayMs) }, reason);
  return Object.defineProperty(error, MARK, { value: true });
}

/** Whether {@link tooLate} has judged it, here or in the HTTP client. */
function isTooLate(failure: PolyvolError): boolean {
  return Object.hasOwn(failure, MARK);
}
