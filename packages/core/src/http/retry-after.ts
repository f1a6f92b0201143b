const SECONDS = /^\d+(?:\.\d+)?$/;
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/** An HTTP date in milliseconds since the epoch. Nothing else that `Date.parse` would swallow counts as one. */
export function parseHttpDate(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || !HTTP_DATE.test(text)) return undefined;
  const time = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * How long `Retry-After` asks to wait, in milliseconds: seconds, or a date seen against the answer's own `Date`
 * (our clock may be off). A past date is 0; what cannot be read is `undefined`; a very long wait is reported as it
 * is, since whether to obey depends on the caller's deadline.
 */
export function parseRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text === undefined) return undefined;
  if (SECONDS.test(text)) return Math.min(Math.ceil(Number(text) * 1000), Number.MAX_SAFE_INTEGER);
  const date = parseHttpDate(text);
  if (date === undefined) return undefined;
  return Math.max(0, date - (parseHttpDate(headers.get("date")) ?? now));
}
