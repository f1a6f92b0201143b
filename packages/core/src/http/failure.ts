import { type Outcome, PolyvolError, type PolyvolErrorCode, type PolyvolErrorDetails } from "../errors.ts";
import type { DriverEvent } from "../events.ts";
import { excerpt, hideSecrets, secretsIn } from "./redact.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { FailureRefinement, HttpMethod } from "./types.ts";

/** What every error of one request shares. */
export interface FailedRequest {
  readonly method: HttpMethod;
  /** Path and query. */
  readonly target: string;
  /** As sent; only read to keep its secrets out of messages. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Meaning {
  readonly code: PolyvolErrorCode;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly reason: string;
}

/** System and TLS errors that come before any byte of the request was sent. */
const NEVER_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_NODATA|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|EPROTO|ERR_TLS_\w+|ERR_SSL_\w+|CERT_\w+|\w*CERT\w*_\w+|DEPTH_ZERO_\w+|UNABLE_TO_\w+|HOSTNAME_MISMATCH)$/;

/** What the status of an unsuccessful answer means when nothing more is known. */
export function meaningOfStatus(status: number): Meaning {
  const refusal = (code: PolyvolErrorCode, reason: string): Meaning => ({
    code,
    reason,
    outcome: "not_applied",
    retryable: false,
  });
  switch (status) {
    case 400:
    case 413:
    case 422:
      return refusal("invalid_argument", `refused with status ${status}`);
    case 401:
      return refusal("unauthenticated", "the credentials were refused");
    case 403:
      return refusal("permission_denied", "the credentials do not allow this");
    case 404:
    case 410:
      return refusal("not_found", "there is no such resource");
    case 405:
    case 406:
    case 415:
    case 501:
      return refusal("unsupported", `the service does not support this request (status ${status})`);
    case 409:
      return refusal("conflict", "it conflicts with the present state");
    case 412:
      return refusal("failed_precondition", "a precondition does not hold");
    case 429:
      return { ...refusal("rate_limited", "too many requests"), retryable: true };
    default:
      break;
  }
  if (status === 408 || status >= 500) {
    return {
      code: "unavailable",
      reason: `the service failed with status ${status}`,
      outcome: "unknown",
      retryable: true,
    };
  }
  return { code: "unknown", reason: `unexpected status ${status}`, outcome: "unknown", retryable: false };
}

/** The error of an unsuccessful answer; `refinement` says more than the status does. */
export function failureOfAnswer(
  request: FailedRequest,
  status: number,
  headers: Headers,
  requestId: string | undefined,
  refinement: FailureRefinement,
  now: number,
): PolyvolError {
  const meaning = meaningOfStatus(status);
  const code = refinement.code ?? meaning.code;
  const retryAfterMs = refinement.retryAfterMs ?? parseRetryAfter(headers, now);
  return new PolyvolError(
    code,
    hideSecrets(refinement.reason ?? meaning.reason, secretsIn(request.headers)),
    {
      status,
      ...withRequestId(refinement.requestId ?? requestId),
      ...(refinement.providerCode === undefined ? {} : { providerCode: refinement.providerCode }),
      retryable: refinement.retryable ?? meaning.retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...outcomeOf(request, refinement.outcome ?? meaning.outcome),
      lookFirst: refinement.lookFirst ?? false,
    },
  );
}

/** The error of a redirect: never followed, since it would carry credentials to wherever it points. */
export function failureOfRedirect(
  request: FailedRequest,
  status: number,
  headers: Headers,
  requestId: string | undefined,
): PolyvolError {
  const location = headers.get("location");
  const origin = location === null ? undefined : URL.parse(location)?.origin;
  const where = origin === undefined || origin === "null" ? "elsewhere" : `to ${origin}`;
  return new PolyvolError("malformed_response", `a redirect ${where} (status ${status}) was not followed`, {
    status,
    ...withRequestId(requestId),
    ...outcomeOf(request, "not_applied"),
  });
}

/** The error of an answer that came and cannot be used. `detail` says why; `text` is its body. */
export function failureOfBody(
  request: FailedRequest,
  status: number,
  requestId: string | undefined,
  detail: string,
  text: string,
): PolyvolError {
  const secrets = secretsIn(request.headers);
  const start = excerpt(text, secrets);
  const body = start === "" ? "" : `; the body begins ${start}`;
  return new PolyvolError(
    "malformed_response",
    `the answer to ${request.method} ${pathOf(request.target)} (status ${status}) ${hideSecrets(detail, secrets)}${body}`,
    { status, ...withRequestId(requestId), retryable: true, ...outcomeOf(request, "unknown") },
  );
}

/** The error of a request without an answer. */
export function failureOfNetwork(request: FailedRequest, thrown: unknown): PolyvolError {
  const cause = rootOf(thrown);
  const code = codeOf(cause);
  const neverSent = code !== undefined && NEVER_SENT.test(code);
  const what = code === "ECONNREFUSED" ? "the connection was refused" : "the connection failed";
  const why = code ?? (cause instanceof Error ? cause.message : "no reason given");
  return new PolyvolError("unavailable", hideSecrets(`${what} (${why})`, secretsIn(request.headers)), {
    retryable: true,
    ...outcomeOf(request, neverSent ? "not_applied" : "unknown"),
    ...(cause instanceof Error ? { cause } : {}),
  });
}

/** The error of an attempt that took too long. */
export function failureOfTimeout(request: FailedRequest, timeoutMs: number): PolyvolError {
  return new PolyvolError("timeout", `no complete answer within ${timeoutMs} ms`, {
    retryable: true,
    ...outcomeOf(request, "unknown"),
  });
}

/** What a schema says of a body that does not fit, without the body's values. */
export function describeMisfit(error: unknown): string {
  const issues = (error as { issues?: unknown }).issues;
  if (!Array.isArray(issues)) return "is not as documented";
  const parts = issues.slice(0, 3).map((issue: { path?: readonly PropertyKey[]; message?: string }) => {
    const path = (issue.path ?? []).map(String).join(".");
    return `${path === "" ? "the body" : path}: ${issue.message ?? "does not fit"}`;
  });
  return `is not as documented: ${parts.join("; ")}`;
}

export function responseEvent(
  request: FailedRequest,
  durationMs: number,
  rest: { readonly status?: number; readonly requestId?: string; readonly failure?: string },
): DriverEvent {
  return { type: "response", method: request.method, target: request.target, durationMs, ...rest };
}

/** Reads have no outcome: they change nothing. */
function outcomeOf(request: FailedRequest, outcome: Outcome): Pick<PolyvolErrorDetails, "outcome"> {
  return request.method === "GET" ? {} : { outcome };
}

function withRequestId(requestId: string | undefined): Pick<PolyvolErrorDetails, "requestId"> {
  return requestId === undefined ? {} : { requestId };
}

function pathOf(target: string): string {
  return target.split("?", 1)[0] ?? target;
}

/** The innermost cause that says something: libraries wrap the system's error once or twice. */
function rootOf(thrown: unknown): unknown {
  let current = thrown;
  for (let depth = 0; depth < 5; depth += 1) {
    if (codeOf(current) !== undefined) return current;
    const inner = (current as { cause?: unknown; errors?: readonly unknown[] } | null)?.cause;
    const first = (current as { errors?: readonly unknown[] } | null)?.errors?.[0];
    const next = inner ?? first;
    if (next === undefined) return current;
    current = next;
  }
  return current;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
