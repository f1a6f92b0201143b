import { abortablePromise } from "../abort.ts";
import { type Clock, startTimer } from "../clock.ts";

/** What a piece of work is rejected with when its time is up. */
export const TIMED_OUT: unique symbol = Symbol("timed out");

export interface WorkLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** The caller's. Its reason becomes the rejection, as it is. */
  readonly abortSignal: AbortSignal;
}

/**
 * Runs `work` until it ends, its time is up, or the caller aborts, and settles at that very moment, whether or not
 * `work` heeds the signal it is given. Leaves no timer and no listener.
 */
export function runInterruptibly<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { clock, timeoutMs, abortSignal }: WorkLimits,
): Promise<T> {
  return abortablePromise(abortSignal, (resolve, reject) => {
    const working = new AbortController();
    const stopTimer = startTimer(clock, timeoutMs, () => {
      reject(TIMED_OUT);
      working.abort(TIMED_OUT);
    });
    work(working.signal).finally(stopTimer).then(resolve, reject);
    return (reason) => {
      stopTimer();
      working.abort(reason);
    };
  });
}
