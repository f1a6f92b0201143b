import type { ResponseHeaders } from "./types.ts";

const SECONDS = /^\d+(?:\.\d+)?$/;
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/** What headers of one name are joined with, and not what stands behind the weekday of a date. */
const BETWEEN_HEADERS = /, (?!\d{2}[ -][A-Z])/;

/** An HTTP date in milliseconds since the epoch. Nothing else that `Date.parse` would swallow counts as one. */
export function parseHttpDate(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || !HTTP_DATE.test(text)) return undefined;
  const time = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * How long `Retry-After` asks to wait, in milliseconds: seconds, or a date seen against the answer's own `Date`
 * (our clock may be off). A past date is 0; what cannot be read is `undefined`; a very long wait is reported as it
 * is, since whether to obey depends on the caller's deadline. Of several, as a service and what stands before it may send
 * them, the longest counts.
 */
export function parseRetryAfter(headers: ResponseHeaders, now: number): number | undefined {
  const all = headers.get("retry-after")?.split(BETWEEN_HEADERS) ?? [];
  const waits = all.flatMap((each) => waitOf(each.trim(), headers, now) ?? []);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function waitOf(text: string, headers: ResponseHeaders, now: number): number | undefined {
  if (SECONDS.test(text)) return Math.min(Math.ceil(Number(text) * 1000), Number.MAX_SAFE_INTEGER);
  const date = parseHttpDate(text);
  if (date === undefined) return undefined;
  return Math.max(0, date - (parseHttpDate(headers.get("date")) ?? now));
}

/**
 * What is known of the difference between the provider's clock and ours.
 * @param thresholdMs differences up to this are none; `undefined`: nothing is ever corrected
 */
export function createSkew(thresholdMs: number | undefined) {
  let current = 0;
  return {
    /** To be added to our time for the provider's, in milliseconds. */
    get current(): number {
      return current;
    },
    /**
     * Looks at a refused request: whether its time stamp, made with `stampedWith`, was wrong by so much that sending
     * it again with `current` makes sense. Learns the difference on the way.
     *
     * Requests in flight when a clock jumps each find out for themselves, but the first of them learns and the rest
     * follow, so all are stamped alike and each is repeated once at most.
     */
    explains: (stampedWith: number, headers: ResponseHeaders, receivedAt: number): boolean => {
      if (thresholdMs === undefined) return false;
      const measured = measureSkew(headers, receivedAt);
      if (measured === undefined || Math.abs(measured - stampedWith) <= thresholdMs) return false;
      if (Math.abs(measured - current) > thresholdMs) current = measured;
      return true;
    },
  };
}

/** An answer with `Age` comes out of a cache, and its date is that of another answer. */
function measureSkew(headers: ResponseHeaders, receivedAt: number): number | undefined {
  if (headers.has("age")) return undefined;
  const date = parseHttpDate(headers.get("date"));
  // The header drops the fraction of the second: its middle is the best guess.
  return date === undefined ? undefined : date + 500 - receivedAt;
}
