import { countBefore } from "../kit/collection.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** What the headers say when there is no hourly quota: a number that no client reaches, and still an integer. */
export const UNLIMITED = 1_000_000_000;

export type QuotaHeaders = Readonly<
  Record<"ratelimit-limit" | "ratelimit-remaining" | "ratelimit-reset", string>
>;

/** How a request fared. */
export interface Verdict {
  readonly headers: QuotaHeaders;
  /** Absent when the request may go on. */
  readonly refused?: "hour" | "minute";
  /** Seconds until a request would pass again; only when refused by the minute. */
  readonly retryAfter?: number;
}

/** Counts the requests of one token in two sliding windows. */
export interface Quota {
  /** Counts one request, unless it is refused: refused requests do not count. */
  take(now: number): Verdict;
  /** The headers as they are now. */
  peek(now: number): QuotaHeaders;
}

/** Times of requests in a sliding window, oldest first; what has left the window is forgotten. */
function createWindow(limit: number, spanMs: number) {
  const times: number[] = [];

  /** How many are in the window. */
  function count(now: number): number {
    times.splice(
      0,
      countBefore(times, (time) => time <= now - spanMs),
    );
    return times.length;
  }

  return {
    count,
    full: (now: number): boolean => limit > 0 && count(now) >= limit,
    add(now: number): void {
      if (limit > 0) times.push(now);
    },
    /** When the oldest one leaves, or `now` when the window is empty. */
    freeAt: (now: number): number => (times[0] ?? now - spanMs) + spanMs,
  };
}

/** Makes the quota of one token; a limit of 0 is none. */
export function createQuota(perMinute: number, perHour: number): Quota {
  const minute = createWindow(perMinute, MINUTE_MS);
  const hour = createWindow(perHour, HOUR_MS);
  const limit = perHour > 0 ? perHour : UNLIMITED;

  function headers(now: number, remaining: number): QuotaHeaders {
    const window = perHour > 0 ? hour : minute;
    return {
      "ratelimit-limit": String(limit),
      "ratelimit-remaining": String(remaining),
      "ratelimit-reset": String(Math.ceil(window.freeAt(now) / 1000)),
    };
  }

  const left = (now: number): number => (perHour > 0 ? Math.max(0, perHour - hour.count(now)) : UNLIMITED);

  return {
    take(now) {
      if (hour.full(now)) return { headers: headers(now, 0), refused: "hour" };
      if (minute.full(now)) {
        const retryAfter = Math.max(1, Math.ceil((minute.freeAt(now) - now) / 1000));
        return { headers: headers(now, 0), refused: "minute", retryAfter };
      }
      minute.add(now);
      hour.add(now);
      return { headers: headers(now, left(now)) };
    },
    peek: (now) => headers(now, left(now)),
  };
}
