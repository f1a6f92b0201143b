import { abortablePromise } from "./abort.ts";

/** Time as Polyvol sees it. Everything that reads time or waits takes one, so tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. It may be set back or forward: nothing but time stamps is made of it. */
  now(): number;
  /**
   * Milliseconds since whenever, never set back or forward: deadlines, pauses and quotas are measured with it. Default:
   * made from `now`; then setting that back does no harm, and setting it forward counts as time that has passed.
   */
  monotonicNow?(): number;
  /**
   * Resolves once `ms` have passed. Rejects with `abortSignal.reason` when aborted first, leaving no timer and no
   * listener behind.
   */
  sleep(ms: number, abortSignal?: AbortSignal): Promise<void>;
  /**
   * Calls `onElapsed` once `ms` have passed, unless the function it returns was called first. What `sleep` can do, too,
   * for limits that are rarely reached: each request has some. Default: made from `sleep`.
   */
  timer?(ms: number, onElapsed: () => void): () => void;
  /** Announces work that no sleep stands for (a request), so that a simulated clock does not run ahead of it. */
  during?<T>(work: () => Promise<T>): Promise<T>;
}

/** Longest span that a platform timer takes; longer sleeps are made of several. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own clock: the default everywhere. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  sleep: async (ms, abortSignal) => {
    let remaining = ms;
    while (remaining > LONGEST_TIMER_MS) {
      await sleepOnce(LONGEST_TIMER_MS, abortSignal);
      remaining -= LONGEST_TIMER_MS;
    }
    await sleepOnce(remaining, abortSignal);
  },
  timer: (ms, onElapsed) => {
    if (ms > LONGEST_TIMER_MS) return timerBySleep(systemClock, ms, onElapsed);
    const timer = setTimeout(onElapsed, Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};

/**
 * How `clock` measures spans: in milliseconds, from whenever, never backwards. Take it once and keep it: two that are
 * made for one clock have nothing in common.
 */
export function monotonicTime(clock: Clock): () => number {
  const { monotonicNow } = clock;
  if (monotonicNow !== undefined) return () => monotonicNow.call(clock);
  // Only what it shows is its own: it waits as the machine does, so it measures waits as the machine does.
  if (clock.sleep === systemClock.sleep) return () => performance.now();
  let latest = Number.NEGATIVE_INFINITY;
  let offset = 0;
  return () => {
    const reading = clock.now() + offset;
    if (reading >= latest) {
      latest = reading;
    } else {
      offset += latest - reading;
    }
    return latest;
  };
}

/** Starts a timer of `clock`, whichever way it has; the function returned stops it. */
export function startTimer(clock: Clock, ms: number, onElapsed: () => void): () => void {
  return clock.timer?.(ms, onElapsed) ?? timerBySleep(clock, ms, onElapsed);
}

/** The next turn of the event loop: what is due in this one comes first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (globalThis.setImmediate === undefined) setTimeout(resolve, 0);
    else setImmediate(resolve);
  });
}

/** A signal that is aborted without a reason makes one, and its stack. */
const STOPPED = new Error("stopped");

function timerBySleep(clock: Clock, ms: number, onElapsed: () => void): () => void {
  const stopping = new AbortController();
  clock.sleep(ms, stopping.signal).then(
    () => {
      if (!stopping.signal.aborted) onElapsed();
    },
    () => undefined,
  );
  return () => stopping.abort(STOPPED);
}

function sleepOnce(ms: number, abortSignal: AbortSignal | undefined): Promise<void> {
  return abortablePromise(abortSignal, (resolve) => {
    const timer = setTimeout(resolve, Math.max(0, ms));
    return () => clearTimeout(timer);
  });
}
