import type { RequestQuota } from "../../capabilities.ts";

interface Window {
  readonly requests: number;
  readonly windowMs: number;
  /** Index of the oldest answer that still counts. */
  start: number;
}

const NEARLY = 0.9;
const TRIM_FROM = 4096;

/**
 * Counts requests against quotas of the form "so many in any span of so long".
 *
 * When the provider counted a request is not known, only that it was before the answer came. So a request counts
 * from when it is sent until one window after its answer, and one millisecond more, since clocks drop fractions.
 */
export function createSlidingWindows(quotas: readonly RequestQuota[]) {
  /** Times of answers, in order; shared by all windows. */
  let answers: number[] = [];
  let current = quotas;
  let windows = toWindows(quotas);
  let inFlight = 0;

  function used(window: Window, now: number): number {
    let answered = answers[window.start];
    while (answered !== undefined && answered + window.windowMs < now) {
      window.start += 1;
      answered = answers[window.start];
    }
    return inFlight + answers.length - window.start;
  }

  /** When the `place`-th of those that count stops to do so, from 1; a lower bound while it is not answered. */
  function expiry(window: Window, now: number, place: number): number {
    const answered = answers[window.start + place - 1];
    return answered === undefined ? now + window.windowMs : answered + window.windowMs + 1;
  }

  function earliestIn(window: Window, now: number, ahead: number): number {
    const toExpire = used(window, now) + ahead + 1 - window.requests;
    if (toExpire <= 0) return now;
    // Requests that are not even sent can only expire a whole window after their own turn came.
    const sent = answers.length - window.start + inFlight;
    const rounds = Math.max(0, Math.ceil((toExpire - sent) / window.requests));
    const first = toExpire - rounds * window.requests;
    return (first <= 0 ? now : expiry(window, now, first)) + rounds * window.windowMs;
  }

  /** Drops what no window counts any more, once that is the larger part. */
  function trim(now: number): void {
    if (answers.length < TRIM_FROM) return;
    let unused = answers.length;
    for (const window of windows) {
      used(window, now);
      unused = Math.min(unused, window.start);
    }
    if (unused * 2 < answers.length) return;
    answers = answers.slice(unused);
    for (const window of windows) window.start -= unused;
  }

  return {
    /** Whether any quota is known. */
    get known(): boolean {
      return windows.length > 0;
    },
    /** Length of the longest window in milliseconds; 0 without any. */
    get longestMs(): number {
      return windows.at(-1)?.windowMs ?? 0;
    },
    replace: (replacement: readonly RequestQuota[]): void => {
      if (isSame(current, replacement)) return;
      current = replacement;
      windows = toWindows(replacement);
    },
    begin: (): void => {
      inFlight += 1;
    },
    /** `counted`: whether the request was really sent. */
    end: (now: number, counted: boolean): void => {
      inFlight -= 1;
      if (!counted || windows.length === 0) return;
      answers.push(now);
      trim(now);
    },
    /** Earliest time at which the request behind `ahead` others can go: `now` if at once, else a lower bound. */
    earliest: (now: number, ahead: number): number => {
      let latest = now;
      for (const window of windows) latest = Math.max(latest, earliestIn(window, now, ahead));
      return latest;
    },
    /** Requests left in the longest window by our own count. */
    left: (now: number): number => {
      const longest = windows.at(-1);
      return longest === undefined ? Number.POSITIVE_INFINITY : longest.requests - used(longest, now);
    },
    /** Whether some window is full, or nearly so, by our own count. */
    nearlyFull: (now: number): boolean =>
      windows.some((window) => used(window, now) >= window.requests * NEARLY),
  };
}

/** Shortest first. What cannot be a quota (a header's example value, say) is left out. */
function toWindows(quotas: readonly RequestQuota[]): Window[] {
  return quotas
    .filter(({ requests, windowMs }) => requests >= 1 && windowMs > 0 && Number.isFinite(windowMs))
    .map(({ requests, windowMs }) => ({ requests: Math.floor(requests), windowMs, start: 0 }))
    .sort((a, b) => a.windowMs - b.windowMs);
}

function isSame(quotas: readonly RequestQuota[], others: readonly RequestQuota[]): boolean {
  return (
    quotas.length === others.length &&
    quotas.every(({ requests, windowMs }, index) => {
      const other = others[index];
      return requests === other?.requests && windowMs === other.windowMs;
    })
  );
}
