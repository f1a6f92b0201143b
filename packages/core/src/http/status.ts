import type { ChangeOutcome, PolyvolErrorCode } from "../errors.ts";

/** What the status of an unsuccessful answer means when nothing more is known. */
export interface StatusMeaning {
  readonly code: PolyvolErrorCode;
  readonly outcome: ChangeOutcome;
  readonly retryable: boolean;
  readonly reason: string;
}

const REFUSALS: Readonly<Record<number, readonly [PolyvolErrorCode, string]>> = {
  400: ["invalid_argument", "the request was refused as invalid"],
  401: ["unauthenticated", "the credentials were refused"],
  403: ["permission_denied", "the credentials do not allow this"],
  405: ["unsupported", "the service does not support this request"],
  406: ["unsupported", "the service does not support this request"],
  412: ["failed_precondition", "a precondition does not hold"],
  413: ["invalid_argument", "the request is too large"],
  415: ["unsupported", "the service does not support this request"],
  422: ["invalid_argument", "the request was refused as invalid"],
  429: ["rate_limited", "too many requests"],
  501: ["unsupported", "the service does not support this request"],
};

/**
 * What only the service itself can know of a resource. Whatever stands between (a proxy, a gateway, another host) uses
 * these for reasons of its own: unless an adapter recognises the service's own words, nothing is known.
 */
const OF_THE_SERVICE_ALONE: ReadonlySet<number> = new Set([404, 409, 410]);
const REFUSED = { code: "unknown", outcome: "not_applied", retryable: false } as const;

/** A request of up to so many bytes is too large for no service: it is what it asks for that is too much. */
const SMALL_REQUEST_BYTES = 16 * 1024;

/**
 * `isRead`: an adapter has read a code from the body, so it is the service that speaks. `sentBytes`: size of the
 * request's body; 0 when it had none.
 */
export function meaningOfStatus(status: number, isRead: boolean, sentBytes: number): StatusMeaning {
  if (status === 413 && sentBytes > 0 && sentBytes <= SMALL_REQUEST_BYTES) {
    const reason = "a quota is full: the request is small, and what it asks for is too large (status 413)";
    return { code: "resource_exhausted", reason, outcome: "not_applied", retryable: false };
  }
  const [code, words] = REFUSALS[status] ?? [];
  if (code !== undefined) {
    const reason = `${words} (status ${status})`;
    return { code, reason, outcome: "not_applied", retryable: code === "rate_limited" };
  }
  if (OF_THE_SERVICE_ALONE.has(status)) {
    if (isRead) return { ...REFUSED, reason: `refused with status ${status}` };
    const reason = `status ${status} came, and not in the service's own words: is baseUrl right?`;
    return { code: "unavailable", reason, outcome: "unknown", retryable: true };
  }
  if (status === 408 || status >= 500) {
    const reason = `the service failed with status ${status}`;
    return { code: "unavailable", reason, outcome: "unknown", retryable: true };
  }
  return { code: "unknown", reason: `unexpected status ${status}`, outcome: "unknown", retryable: false };
}
