import type { RequestQuota } from "../capabilities.ts";
import type { Clock } from "../clock.ts";
import type { CallContext } from "../driver.ts";
import { PolyvolError } from "../errors.ts";
import { createAdaptiveRate } from "./adaptive-rate.ts";
import type { QuotaReading } from "./http-client.ts";
import { createSlidingWindows } from "./sliding-window.ts";

/** No server's word makes a client stand still for longer than this, unless a quota window is longer. */
const LONGEST_PAUSE_MS = 60_000;

/** Holds requests of one account back so that its quotas and its concurrency are kept. First come, first served. */
export interface Governor {
  /**
   * Resolves when the request may be sent.
   * @throws PolyvolError `rate_limited` at once, when that would be after the call's deadline
   */
  acquire(context: CallContext): Promise<void> | undefined;
  /** The request has ended. `counted`: whether it was really sent, and so counts against quotas. */
  release(counted: boolean): void;
  /** What an answer's headers say. */
  observe(reading: QuotaReading | undefined): void;
  /** The server refused a request for its pace, and asked for a pause. */
  throttled(retryAfterMs: number | undefined): void;
  succeeded(): void;
}

interface Waiter {
  readonly context: CallContext;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  reported: boolean;
}

type Bound = "concurrency" | "quota" | "server";

export function createGovernor(
  clock: Clock,
  maxConcurrency: number,
  quotas: readonly RequestQuota[],
): Governor {
  const windows = createSlidingWindows(quotas);
  const rate = createAdaptiveRate();
  const queue: Waiter[] = [];
  let inFlight = 0;
  let pausedUntil = 0;
  let timer: AbortController | undefined;

  /** When the request behind `ahead` others can go at the earliest, and what holds it. */
  function next(now: number, ahead: number): { readonly at: number; readonly bound: Bound } {
    const byQuota = windows.known ? windows.earliest(now, ahead) : rate.earliest(now, ahead);
    return pausedUntil > byQuota ? { at: pausedUntil, bound: "server" } : { at: byQuota, bound: "quota" };
  }

  function start(now: number): void {
    inFlight += 1;
    windows.begin();
    rate.began(now);
  }

  /** Lets go whoever may; sets one timer for the first who may not yet. */
  function pump(): void {
    timer?.abort();
    timer = undefined;
    for (let waiter = queue[0]; waiter !== undefined; waiter = queue[0]) {
      const now = clock.now();
      if (inFlight >= maxConcurrency) {
        report(waiter, 0, "concurrency");
        return;
      }
      const { at, bound } = next(now, 0);
      if (at > now) {
        refuseLate(now);
        const first = queue[0];
        if (first === undefined) return;
        report(first, at - now, bound);
        timer = new AbortController();
        clock.sleep(at - now, timer.signal).then(pump, ignore);
        return;
      }
      queue.shift();
      start(now);
      waiter.resolve();
    }
  }

  /** Whoever cannot be served before its deadline is told now, not then. */
  function refuseLate(now: number): void {
    for (let place = queue.length - 1; place >= 0; place -= 1) {
      const waiter = queue[place] as Waiter;
      const { at } = next(now, place);
      if (at <= waiter.context.deadline) continue;
      queue.splice(place, 1);
      waiter.reject(tooLate(at - now));
    }
  }

  function report(waiter: Waiter, delayMs: number, bound: Bound): void {
    if (waiter.reported) return;
    waiter.reported = true;
    waiter.context.emit({ type: "throttle", delayMs, bound });
  }

  return {
    acquire: (context) => {
      const now = clock.now();
      const { at } = next(now, queue.length);
      if (queue.length === 0 && inFlight < maxConcurrency && at <= now) {
        start(now);
        return undefined;
      }
      if (at > context.deadline) return Promise.reject(tooLate(at - now));
      return new Promise((resolve, reject) => {
        const { abortSignal } = context;
        const end = (): void => abortSignal.removeEventListener("abort", onAbort);
        const waiter: Waiter = {
          context,
          reported: false,
          resolve: () => {
            end();
            resolve();
          },
          reject: (reason) => {
            end();
            reject(reason);
          },
        };
        const onAbort = (): void => {
          const place = queue.indexOf(waiter);
          if (place >= 0) queue.splice(place, 1);
          waiter.reject(abortSignal.reason);
          pump();
        };
        if (abortSignal.aborted) {
          reject(abortSignal.reason);
          return;
        }
        abortSignal.addEventListener("abort", onAbort, { once: true });
        queue.push(waiter);
        pump();
      });
    },
    release: (counted) => {
      inFlight -= 1;
      windows.end(clock.now(), counted);
      if (queue.length > 0) pump();
    },
    observe: (reading) => {
      if (reading === undefined) return;
      if (reading.quotas !== undefined) windows.replace(reading.quotas);
      const now = clock.now();
      // An example value of a mock server, or a clock far off: no reason to stand still.
      const believable =
        reading.remaining === 0 &&
        reading.freeAt !== undefined &&
        reading.freeAt > now &&
        reading.freeAt <= now + Math.max(LONGEST_PAUSE_MS, windows.longestMs);
      if (believable && reading.freeAt !== undefined) pausedUntil = Math.max(pausedUntil, reading.freeAt);
    },
    throttled: (retryAfterMs) => {
      const now = clock.now();
      if (!windows.known) rate.throttled(now);
      if (retryAfterMs === undefined) return;
      const pause = Math.min(retryAfterMs, Math.max(LONGEST_PAUSE_MS, windows.longestMs));
      pausedUntil = Math.max(pausedUntil, now + pause);
    },
    succeeded: () => {
      if (!windows.known) rate.succeeded(clock.now());
    },
  };
}

function tooLate(waitMs: number): PolyvolError {
  return new PolyvolError(
    "rate_limited",
    `the request quota is spent; the next request could go in ${Math.ceil(waitMs / 1_000)} s, after the deadline of this call`,
    { retryable: true, retryAfterMs: waitMs, outcome: "not_applied" },
  );
}

function ignore(): void {}
