import { parseHttpDate } from "./retry-after.ts";

/** What is known of the difference between the provider's clock and ours. */
export interface Skew {
  /** To be added to our time for the provider's, in milliseconds. */
  readonly current: number;
  /**
   * Looks at a refused request: whether its time stamp, made with `stampedWith`, was wrong by so much that sending
   * it again with {@link Skew.current} makes sense. Learns the difference on the way.
   *
   * Requests in flight when a clock jumps each find out for themselves, but the first of them learns and the rest
   * follow, so all are stamped alike and each is repeated once at most.
   */
  explains(stampedWith: number, headers: Headers, receivedAt: number): boolean;
}

/** @param thresholdMs differences up to this are none; `undefined`: nothing is ever corrected */
export function createSkew(thresholdMs: number | undefined): Skew {
  let current = 0;
  return {
    get current() {
      return current;
    },
    explains: (stampedWith, headers, receivedAt) => {
      if (thresholdMs === undefined) return false;
      const measured = measureSkew(headers, receivedAt);
      if (measured === undefined || Math.abs(measured - stampedWith) <= thresholdMs) return false;
      if (Math.abs(measured - current) > thresholdMs) current = measured;
      return true;
    },
  };
}

/** An answer with `Age` comes out of a cache, and its date is that of another answer. */
function measureSkew(headers: Headers, receivedAt: number): number | undefined {
  if (headers.has("age")) return undefined;
  const date = parseHttpDate(headers.get("date"));
  // The header drops the fraction of the second: its middle is the best guess.
  return date === undefined ? undefined : date + 500 - receivedAt;
}
