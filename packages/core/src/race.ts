/**
 * Makes `race(promise)`: one listener for the whole signal, not one a promise. What has settled is let go: a promise
 * that waits for the signal would hold each result as long as the signal lives, and the platform's request, which the
 * garbage collector is slow to give up, holds the signal.
 */
export function raceAgainst(abortSignal: AbortSignal): <T>(promise: Promise<T>) => Promise<T> {
  let losers: Set<(reason: unknown) => void> | undefined;
  return (promise) => {
    if (abortSignal.aborted) {
      promise.catch(() => undefined);
      return Promise.reject(abortSignal.reason);
    }
    losers ??= listenOnce(abortSignal);
    const waiting = losers;
    return new Promise((resolve, reject) => {
      waiting.add(reject);
      promise.then(
        (value) => {
          waiting.delete(reject);
          resolve(value);
        },
        (error) => {
          waiting.delete(reject);
          reject(error);
        },
      );
    });
  };
}

/** Whom to tell of the abort. */
function listenOnce(abortSignal: AbortSignal): Set<(reason: unknown) => void> {
  const waiting = new Set<(reason: unknown) => void>();
  const onAbort = (): void => {
    for (const reject of waiting) reject(abortSignal.reason);
    waiting.clear();
  };
  abortSignal.addEventListener("abort", onAbort, { once: true });
  return waiting;
}
