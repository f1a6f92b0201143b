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

/** The requests of one client: how many are in flight, and those that wait. */
export type Lane = ReturnType<typeof createLane>;

/** The right to have one request in flight. */
export interface Permit {
  readonly lane: Lane;
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

export type RateLimiter = ReturnType<typeof createRateLimiter>;

interface Waiter {
  readonly request: PreparedRequest;
  readonly grant: (permit: Permit) => void;
  readonly fail: (reason: unknown) => void;
}

/** No server's word makes a client stand still for longer than this, unless a quota window is longer. */
const LONGEST_PAUSE_MS = 3_600_000;
/** How much later than one whole window a quota may be said to free up. */
const RESET_SLACK_MS = 60_000;

export function createLane(maxConcurrency: number) {
  return { maxConcurrency, inFlight: 0, waiters: new Set<Waiter>() };
}

/**
 * Lets requests of one account go as fast as every known bound allows: those of one client first come, first served,
 * clients by turns, so that one with a thousand requests does not hold up one with a single request.
 */
export function createRateLimiter(clock: Clock, quotas: readonly RequestQuota[]) {
  const windows = createSlidingWindows(quotas);
  const rate = createAdaptiveRate();
  const monotonicNow = monotonicTime(clock);
  /** Those where somebody waits, in the order of their turns. */
  const lanes = new Set<Lane>();
  let inFlight = 0;
  let answers = 0;
  let releasedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  /** How many may still be sent by the provider's count, where it says less than ours. */
  let left = Number.POSITIVE_INFINITY;
  let timer: { readonly at: number; readonly stop: () => void } | undefined;

  /** When the request behind `ahead` others can go at the earliest, by what is known for certain. */
  function surely(now: number, ahead: number): number {
    return Math.max(windows.earliest(now, ahead), pausedUntil);
  }
  /** The same, by the rate that was found by trial, too: that may rise. */
  function earliest(now: number, ahead: number): number {
    return Math.max(surely(now, ahead), rate.earliest(now, ahead));
  }

  /** Whether an answer must come first, whatever the time: for all of them, or for those of one lane. */
  function isCountedOut(): boolean {
    return inFlight > 0 && left <= 0;
  }
  function isFull(lane: Lane): boolean {
    return lane.inFlight >= lane.maxConcurrency;
  }

  /** How many go before the next request of a lane, at least: others by turns, as far as they have room. */
  function aheadOf(lane: Lane): number {
    const own = lane.waiters.size;
    let ahead = own;
    for (const other of lanes) {
      const room = other.maxConcurrency - other.inFlight;
      if (other !== lane) ahead += Math.min(other.waiters.size, Math.max(1, own), room);
    }
    return ahead;
  }

  function take(lane: Lane, now: number): Permit {
    lane.inFlight += 1;
    inFlight += 1;
    left -= 1;
    windows.begin();
    rate.take(now);
    return { lane, takenAt: now, answersBefore: answers };
  }

  /** Lets go whoever may, and sets one timer for the first who may not yet. */
  function admit(): void {
    // A lane that has had its turn stands behind the others then, and is come to again.
    for (const lane of lanes) {
      if (isCountedOut()) return;
      if (isFull(lane)) continue;
      const now = monotonicNow();
      const at = earliest(now, 0);
      if (at > now) {
        wakeAt(at, now);
        return;
      }
      lanes.delete(lane);
      const first = lane.waiters.values().next().value as Waiter;
      lane.waiters.delete(first);
      first.grant(take(lane, now));
      if (lane.waiters.size > 0) lanes.add(lane);
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

  function wait(request: PreparedRequest, lane: Lane, bound: Bound, waitMs: number): Promise<Permit> {
    const { abortSignal, emit } = request.context;
    if (!abortSignal.aborted) emit({ type: "throttle", delayMs: waitMs, bound });
    return abortablePromise(abortSignal, (grant, reject) => {
      const fail = (reason: unknown): void => {
        lane.waiters.delete(waiter);
        if (lane.waiters.size === 0) lanes.delete(lane);
        if (lanes.size === 0) stopTimer();
        reject(reason);
      };
      const waiter: Waiter = { request, grant, fail };
      lane.waiters.add(waiter);
      lanes.add(lane);
      admit();
      return fail;
    });
  }

  /** Whether known quotas are what refused. Else something allows less than they do, and by trial alone is it found. */
  function isExplained({ pauseMs = 0, reading }: PermitResult): boolean {
    return windows.known && (pauseMs > 0 || reading?.remaining === 0);
  }

  /** For how long an answer counts for anything at most. */
  function longestEffectMs(): number {
    return Math.max(LONGEST_PAUSE_MS, windows.longestMs);
  }

  /** Everybody waits, and those who cannot wait so long learn it now. */
  function pause(ms: number): void {
    const now = monotonicNow();
    pausedUntil = Math.max(pausedUntil, now + Math.min(ms, longestEffectMs()));
    const waitMs = pausedUntil - now;
    for (const { waiters } of lanes) {
      for (const { request, fail } of waiters) {
        if (waitMs >= request.context.remainingMs()) fail(refusal(request, waitMs, "server"));
      }
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
    /**
     * A permit at once, or the promise of one. Rejects with the abort reason; and with `rate_limited`, at once, when the
     * permit would come no sooner than the call's deadline.
     */
    acquire: (request: PreparedRequest, lane: Lane): Permit | Promise<Permit> => {
      const now = monotonicNow();
      const ahead = aheadOf(lane);
      const at = earliest(now, ahead);
      if (lane.waiters.size === 0 && at <= now && !isFull(lane) && !isCountedOut()) return take(lane, now);
      const waitMs = at - now;
      const bound = waitMs === 0 ? "concurrency" : at === pausedUntil ? "server" : "quota";
      const sureMs = surely(now, ahead) - now;
      if (sureMs > 0 && sureMs >= request.context.remainingMs())
        return Promise.reject(refusal(request, sureMs, bound));
      return wait(request, lane, bound, waitMs);
    },
    release: (permit: Permit, { sent, response }: PermitUse, result: PermitResult): void => {
      const now = monotonicNow();
      permit.lane.inFlight -= 1;
      inFlight -= 1;
      releasedAt = now;
      learn(permit, result);
      windows.end(now, sent);
      if (sent) answers += 1;
      if (response !== undefined) rate.answered(now, permit.takenAt, result.rejected && !isExplained(result));
      if (result.rejected && result.pauseMs !== undefined && result.pauseMs > 0) pause(result.pauseMs);
      if (lanes.size > 0) admit();
    },
    /** Whether what it knows has no weight any more: a new one in its place would do the same. */
    isSpent: (): boolean => {
      const knownUntil = Math.max(pausedUntil, releasedAt + longestEffectMs());
      return inFlight === 0 && lanes.size === 0 && monotonicNow() > knownUntil;
    },
  };
}

type Bound = ThrottleEvent["bound"];

function refusal(request: PreparedRequest, waitMs: number, bound: Bound): PolyvolError {
  const why = bound === "server" ? "the service asked to wait" : "the request quota is spent";
  const error = requestError(request, "rate_limited", why, { retryable: true, outcome: "not_applied" });
  return tooLate(error, waitMs);
}
