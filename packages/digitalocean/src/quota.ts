/** DigitalOcean's request quota as its headers tell it. */
import type { RequestQuota } from "@polyvol/core";
import type { QuotaReading, ResponseHeaders } from "@polyvol/core/http";

const HOUR_MS = 3_600_000;

/** A request leaves the window after an hour; what claims to take much longer is no reading. */
const LONGEST_WAIT_MS = 1.1 * HOUR_MS;

/** What is documented for an account. */
export const REQUESTS_PER_HOUR = 5_000;
/** Less than this of what is documented is believed only of a refusal. */
const LEAST_SHARE = 0.1;

/** An hourly quota and what belongs to it: in any minute 5 % of it (documented for bursts). */
export function quotasFor(perHour: number): readonly RequestQuota[] {
  return [
    { requests: perHour, windowMs: HOUR_MS },
    { requests: Math.max(1, Math.floor(perHour * 0.05)), windowMs: 60_000 },
  ];
}

/**
 * Reads `ratelimit-limit`, `ratelimit-remaining`, `ratelimit-reset` and `retry-after`; what is no plain number, past or
 * absurd is left out. With `fixed` the user has set the quotas, and headers do not replace them. Others than
 * DigitalOcean use these names, too: a gateway's quota of 1 on an answer that was not refused would shut the account.
 *
 * `retry-after` comes first: it is sent where the burst quota was hit, and then `ratelimit-remaining` is 0 although
 * `ratelimit-reset` speaks of the hour.
 */
export function readQuota(
  headers: ResponseHeaders,
  now: number,
  status: number,
  fixed: boolean,
): QuotaReading {
  const limit = count(headers.get("ratelimit-limit"));
  const isOdd = limit !== undefined && limit < LEAST_SHARE * REQUESTS_PER_HOUR;
  if (isOdd && status !== 429 && !fixed) return {};
  const remaining = count(headers.get("ratelimit-remaining"));
  const after = headers.has("retry-after");
  const wait = after ? (count(headers.get("retry-after")) ?? Number.NaN) * 1000 : resetInMs(headers, now);
  return {
    ...(limit && !fixed ? { quotas: quotasFor(limit) } : {}),
    ...(remaining === undefined || (limit !== undefined && remaining > limit) ? {} : { remaining }),
    ...(wait !== undefined && wait <= LONGEST_WAIT_MS ? { freeAt: now + wait } : {}),
  };
}

/**
 * How far away `ratelimit-reset` is: the moment at which the oldest counted request expires and one becomes free. It is
 * counted from the answer's own `Date`, so a wrong clock on our side does no harm, and from `now` where there is none.
 */
export function resetInMs(headers: ResponseHeaders, now: number): number | undefined {
  const date = Date.parse(headers.get("date") ?? "");
  const wait = (count(headers.get("ratelimit-reset")) ?? 0) * 1000 - (Number.isNaN(date) ? now : date);
  return wait > 0 && wait <= LONGEST_WAIT_MS ? wait : undefined;
}

function count(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
