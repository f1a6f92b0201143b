/*
 * Where names are not enforced, what was asked for at the same time is judged once it must be visible. How long that
 * takes is the driver's to say (`settleMs`), for a service as it usually is. One that takes seconds to answer a change
 * takes as long to carry another out, so then it is given more. What was waited for in vain counts, too: a request that hung
 * for half a minute may be carried out yet.
 */

/** An answer counts for so long. */
const REMEMBERED_MS = 60_000;
/** What was sent at the same time as the slowest may be slower still. */
const FACTOR = 2;
/** No service is given more on account of its answers. */
const MOST_MS = 30_000;

export function createSettle(settleMs: number, monotonicNow: () => number) {
  /** Answers that count, each slower than all that came after it. */
  let slowest: { readonly durationMs: number; readonly at: number }[] = [];
  return {
    /** A change was answered after so many milliseconds, or its answer was waited for in vain for so long. */
    took: (durationMs: number): void => {
      const at = monotonicNow();
      const slower = slowest.filter((each) => each.durationMs > durationMs && at - each.at <= REMEMBERED_MS);
      slowest = [...slower, { durationMs, at }];
    },
    /**
     * For how long an effect may take to show, in milliseconds: never less than the driver says, and of the time that a
     * call has left no more than a third, unless the driver says so.
     */
    ms: (remainingMs = Number.POSITIVE_INFINITY): number => {
      const now = monotonicNow();
      const { durationMs } = slowest.find(({ at }) => now - at <= REMEMBERED_MS) ?? {};
      // 0: names are enforced, or effects show at once.
      if (settleMs === 0 || durationMs === undefined) return settleMs;
      return Math.max(settleMs, Math.min(MOST_MS, FACTOR * durationMs, remainingMs / 3));
    },
  };
}
