import type { Outcome, PolyvolErrorCode } from "../errors.ts";

/** What the status of an unsuccessful answer means when nothing more is known. */
export interface StatusMeaning {
  readonly code: PolyvolErrorCode;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly reason: string;
}

const REFUSALS: Readonly<Record<number, readonly [PolyvolErrorCode, string]>> = {
  400: ["invalid_argument", "the request was refused as invalid"],
  401: ["unauthenticated", "the credentials were refused"],
  403: ["permission_denied", "the credentials do not allow this"],
  404: ["not_found", "there is no such resource"],
  405: ["unsupported", "the service does not support this request"],
  406: ["unsupported", "the service does not support this request"],
  409: ["conflict", "it conflicts with the present state"],
  410: ["not_found", "there is no such resource any more"],
  412: ["failed_precondition", "a precondition does not hold"],
  413: ["invalid_argument", "the request is too large"],
  415: ["unsupported", "the service does not support this request"],
  422: ["invalid_argument", "the request was refused as invalid"],
  429: ["rate_limited", "too many requests"],
  501: ["unsupported", "the service does not support this request"],
};

export function meaningOfStatus(status: number): StatusMeaning {
  const [code, words] = REFUSALS[status] ?? [];
  if (code !== undefined) {
    const reason = `${words} (status ${status})`;
    return { code, reason, outcome: "not_applied", retryable: code === "rate_limited" };
  }
  if (status === 408 || status >= 500) {
    const reason = `the service failed with status ${status}`;
    return { code: "unavailable", reason, outcome: "unknown", retryable: true };
  }
  return { code: "unknown", reason: `unexpected status ${status}`, outcome: "unknown", retryable: false };
}
