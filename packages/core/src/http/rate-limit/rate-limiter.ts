import { abortablePromise } from "../../abort.ts";
import { tooLate } from "../../call/retry.ts";
import type { RequestQuota } from "../../capabilities.ts";
import { type Clock, monotonicTime, startTimer } from "../../clock.ts";
import type { PolyvolError } from "../../errors.ts";
import type { ThrottleEvent } from "../../events.ts";
import { type PreparedRequest, requestError } from "../request.ts";
import type { QuotaReading } from "../types.ts";
import { createAdaptiveRate } from "./adaptive-rate.ts";
import { createSlidingWindows } from "./sliding-window.ts";

/** The right to have one request in flight. */
export interface Permit {
  readonly takenAt: number;
  /** How many answers had come when it was taken. */
  readonly answersBefore: number;
}

/** How far a request came. */
export interface PermitUse {
  /** It went out, so the provider may have counted it. */
  readonly sent: boolean;
  /** Present when it was answered. */
  readonly response: object | undefined;
}

/** What its answer said about pace. */
export interface PermitResult {
  /** Refused because there were too many. */
  rejected: boolean;
  /** How long the provider asked to wait when it refused. */
  pauseMs: number | undefined;
  reading: QuotaReading | undefined;
}

/** Lets requests of one account go, first come, first served, as fast as every known bound allows. */
export interface RateLimiter {
  /**
   * A permit at once, or the promise of one. Rejects with the abort reason; and with `rate_limited`, at once, when the
   * permit would come no sooner than the call's deadline.
   */
  acquire(request: PreparedRequest): Permit | Promise<Permit>;
  release(permit: Permit, use: PermitUse, result: PermitResult): void;
}

interface Waiter {
  readonly request: PreparedRequest;
  readonly grant: (permit: Permit) => void;
  readonly fail: (reason: unknown) => void;
}

/** No server's word makes a client stand still for longer than this, unless a quota window is longer. */
const LONGEST_PAUSE_MS = 3_600_000;
/** How much later than one whole window a quota may be said to free up. */
const RESET_SLACK_MS = 60_000;

export function createRateLimiter(
  clock: Clock,
  maxConcurrency: number,
  quotas: readonly RequestQuota[],
): RateLimiter {
  const windows = createSlidingWindows(quotas);
  const rate = createAdaptiveRate();
  const monotonicNow = monotonicTime(clock);
  const waiters = new Set<Waiter>();
  let inFlight = 0;
  let answers = 0;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  /** How many may still be sent by the provider's count, where it says less than ours. */
  let left = Number.POSITIVE_INFINITY;
  let timer: { readonly at: number; readonly stop: () => void } | undefined;

  /** When the request behind `ahead` others can go at the earliest. */
  function earliest(now: number, ahead: number): number {
    const paced = windows.known ? windows.earliest(now, ahead) : rate.earliest(now, ahead);
    return Math.max(paced, pausedUntil);
  }

  /** Whether an answer must come first, whatever the time. */
  function isFull(): boolean {
    return inFlight >= maxConcurrency || (inFlight > 0 && left <= 0);
  }

  function take(now: number): Permit {
    inFlight += 1;
    left -= 1;
    windows.begin();
    if (!windows.known) rate.take(now);
    return { takenAt: now, answersBefore: answers };
  }

  /** Lets go whoever may, and sets one timer for the first who may not yet. */
  function admit(): void {
    for (const waiter of waiters) {
      if (isFull()) return;
      const now = monotonicNow();
      const at = earliest(now, 0);
      if (at > now) {
        wakeAt(at, now);
        return;
      }
      waiters.delete(waiter);
      waiter.grant(take(now));
    }
    stopTimer();
  }

  function wakeAt(at: number, now: number): void {
    // One that rings too early does no harm: it is set again then.
    if (timer !== undefined && timer.at <= at && timer.at > now) return;
    stopTimer();
    const stop = startTimer(clock, at - now, () => {
      timer = undefined;
      admit();
    });
    timer = { at, stop };
  }

  function stopTimer(): void {
    timer?.stop();
    timer = undefined;
  }

  function wait(request: PreparedRequest, bound: Bound, waitMs: number): Promise<Permit> {
    const { abortSignal, emit } = request.context;
    if (!abortSignal.aborted) emit({ type: "throttle", delayMs: waitMs, bound });
    return abortablePromise(abortSignal, (grant, reject) => {
      const fail = (reason: unknown): void => {
        waiters.delete(waiter);
        if (waiters.size === 0) stopTimer();
        reject(reason);
      };
      const waiter: Waiter = { request, grant, fail };
      waiters.add(waiter);
      admit();
      return fail;
    });
  }

  /** Everybody waits, and those who cannot wait so long learn it now. */
  function pause(ms: number): void {
    const now = monotonicNow();
    pausedUntil = Math.max(pausedUntil, now + Math.min(ms, Math.max(LONGEST_PAUSE_MS, windows.longestMs)));
    const waitMs = pausedUntil - now;
    for (const waiter of waiters) {
      if (waitMs >= waiter.request.context.remainingMs())
        waiter.fail(refusal(waiter.request, waitMs, "server"));
    }
  }

  /** Uses the provider's own count where it says less than ours: others may use the same account. */
  function learn(permit: Permit, { reading, rejected, pauseMs }: PermitResult): void {
    if (reading?.quotas !== undefined) windows.replace(reading.quotas);
    // A refusal that says how long to wait may be of another quota than the one that is counted down.
    if (reading?.remaining === undefined || (rejected && pauseMs !== undefined)) return;
    left = Number.POSITIVE_INFINITY;
    if (reading.remaining > 0) {
      if (reading.remaining >= windows.left(monotonicNow())) return;
      // Whatever was under way at the same time as this request may be missing from the provider's count.
      left = reading.remaining - inFlight - (answers - permit.answersBefore);
      return;
    }
    const freeInMs = reading.freeAt === undefined ? 0 : reading.freeAt - clock.now();
    const longestMs = windows.known ? windows.longestMs + RESET_SLACK_MS : LONGEST_PAUSE_MS;
    // Example values of a mock server, or a quota that our own count keeps anyway, and more exactly.
    const believable = freeInMs > 0 && freeInMs <= longestMs;
    if (!believable || (!rejected && windows.nearlyFull(monotonicNow()))) return;
    left = 0;
    pause(freeInMs);
  }

  return {
    acquire: (request) => {
      const now = monotonicNow();
      const at = earliest(now, waiters.size);
      if (waiters.size === 0 && at <= now && !isFull()) return take(now);
      const waitMs = at - now;
      const bound = waitMs === 0 ? "concurrency" : at === pausedUntil ? "server" : "quota";
      if (waitMs > 0 && waitMs >= request.context.remainingMs())
        return Promise.reject(refusal(request, waitMs, bound));
      return wait(request, bound, waitMs);
    },
    release: (permit, { sent, response }, result) => {
      const now = monotonicNow();
      inFlight -= 1;
      learn(permit, result);
      windows.end(now, sent);
      if (sent) answers += 1;
      if (response !== undefined && !windows.known) rate.answered(now, permit.takenAt, result.rejected);
      if (result.rejected && result.pauseMs !== undefined && result.pauseMs > 0) pause(result.pauseMs);
      if (waiters.size > 0) admit();
    },
  };
}

type Bound = ThrottleEvent["bound"];

function refusal(request: PreparedRequest, waitMs: number, bound: Bound): PolyvolError {
  const why = bound === "server" ? "the service asked to wait" : "the request quota is spent";
  const error = requestError(request, "rate_limited", why, { retryable: true, outcome: "not_applied" });
  return tooLate(error, waitMs);
}
