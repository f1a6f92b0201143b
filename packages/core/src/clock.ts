/** Time as Polyvol sees it. Everything that reads time or waits takes one, so tests and simulations can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
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

/** Starts a timer of `clock`, whichever way it has; the function returned stops it. */
export function startTimer(clock: Clock, ms: number, onElapsed: () => void): () => void {
  return clock.timer?.(ms, onElapsed) ?? timerBySleep(clock, ms, onElapsed);
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
  return new Promise((resolve, reject) => {
    if (abortSignal?.aborted) {
      reject(abortSignal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(abortSignal?.reason);
    };
    const timer = setTimeout(
      () => {
        abortSignal?.removeEventListener("abort", onAbort);
        resolve();
      },
      Math.max(0, ms),
    );
    abortSignal?.addEventListener("abort", onAbort, { once: true });
  });
}
