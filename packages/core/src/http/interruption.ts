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
  limits: WorkLimits,
): Promise<T> {
  const { clock, timeoutMs, abortSignal } = limits;
  return new Promise((resolve, reject) => {
    const working = new AbortController();
    let over = false;
    let stopTimer = (): void => {};
    const end = (): void => {
      over = true;
      abortSignal.removeEventListener("abort", onAbort);
      stopTimer();
    };
    const interrupt = (reason: unknown): void => {
      if (over) return;
      end();
      reject(reason);
      working.abort(reason);
    };
    const onAbort = (): void => interrupt(abortSignal.reason);
    if (abortSignal.aborted) {
      reject(abortSignal.reason);
      return;
    }
    abortSignal.addEventListener("abort", onAbort, { once: true });
    stopTimer = startTimer(clock, timeoutMs, () => interrupt(TIMED_OUT));
    work(working.signal).then(
      (value) => {
        if (over) return;
        end();
        resolve(value);
      },
      (error) => {
        if (over) return;
        end();
        reject(error);
      },
    );
  });
}
