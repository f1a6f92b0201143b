import type { PolyvolError, PolyvolErrorDetails } from "../errors.ts";
import { type Call, callError } from "./call.ts";
import { describeHeaders, excerpt, hideSecrets } from "./redact.ts";
import { parseRetryAfter } from "./retry-after.ts";
import { meaningOfStatus } from "./status.ts";
import type { FailureRefinement } from "./types.ts";

/** An answer that becomes an error: what every such error is made of. */
export interface FailedAnswer {
  readonly call: Call;
  readonly status: number;
  readonly headers: Headers;
  readonly requestId: string | undefined;
  /** What was sent and must not come out in words. */
  readonly secrets: readonly string[];
}

/** The error of an unsuccessful answer; `refinement` says more than the status does. */
export function failureOfAnswer(
  answer: FailedAnswer,
  refinement: FailureRefinement,
  now: number,
): PolyvolError {
  const { call, status, headers, secrets } = answer;
  const meaning = meaningOfStatus(status, refinement.code !== undefined, call.body?.length ?? 0);
  const { providerCode, mayAlreadyExist = false } = refinement;
  const retryAfterMs = refinement.retryAfterMs ?? parseRetryAfter(headers, now);
  const reason = hideSecrets(refinement.reason ?? meaning.reason, secrets);
  return callError(call, refinement.code ?? meaning.code, reason, {
    status,
    ...withRequestId(refinement.requestId ?? answer.requestId, secrets),
    ...(providerCode === undefined ? {} : { providerCode: hideSecrets(providerCode, secrets) }),
    retryable: refinement.retryable ?? meaning.retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    outcome: refinement.outcome ?? meaning.outcome,
    mayAlreadyExist,
  });
}

/** Redirects that ask for the same request elsewhere, and so say that nothing has been done here. */
const NOT_CARRIED_OUT: ReadonlySet<number> = new Set([307, 308]);

/** The error of a redirect: never followed, since it would carry credentials to wherever it points. */
export function failureOfRedirect(answer: FailedAnswer): PolyvolError {
  const { call, status, headers, secrets } = answer;
  const target = hideSecrets(originOf(headers.get("location"), call.url), secrets);
  const reason = `a redirect to ${target} (status ${status}) was not followed`;
  return callError(call, "malformed_response", reason, {
    status,
    ...withRequestId(answer.requestId, secrets),
    outcome: NOT_CARRIED_OUT.has(status) ? "not_applied" : "unknown",
  });
}

function originOf(location: string | null, base: string): string {
  const url = location === null ? null : URL.parse(location, base);
  if (url === null) return "an address that cannot be read";
  return url.origin === "null" ? `a ${url.protocol} address` : url.origin;
}

/** The error of an answer that came and cannot be used. `detail` says why; `text` is its body. */
export function failureOfBody(answer: FailedAnswer, detail: string, text: string): PolyvolError {
  const { call, status, headers, secrets } = answer;
  const kind = hideSecrets(describeHeaders(headers), secrets);
  const about = [`status ${status}`, kind].filter((part) => part !== "").join(", ");
  const start = excerpt(text, secrets);
  const body = start === "" ? "" : `; the body begins ${start}`;
  const reason = `the answer to ${call.method} ${call.path} (${about}) ${hideSecrets(detail, secrets)}${body}`;
  return callError(call, "malformed_response", reason, {
    status,
    ...withRequestId(answer.requestId, secrets),
    retryable: true,
    outcome: "unknown",
  });
}

/** What a schema says of a body that does not fit, without the body's values. */
export function describeMisfit(error: unknown): string {
  const { issues } = error as { readonly issues?: unknown };
  if (!Array.isArray(issues)) return "is not as documented";
  const parts = issues.slice(0, 3).map((issue: Issue | undefined) => {
    const path = (issue?.path ?? []).map(String).join(".");
    return `${path === "" ? "the body" : path}: ${issue?.message ?? "does not fit"}`;
  });
  const words = parts.join("; ");
  return `is not as documented: ${words.length > 300 ? `${words.slice(0, 300)}…` : words}`;
}

interface Issue {
  readonly path?: readonly PropertyKey[];
  readonly message?: string;
}

function withRequestId(
  requestId: string | undefined,
  secrets: readonly string[],
): Pick<PolyvolErrorDetails, "requestId"> {
  return requestId === undefined ? {} : { requestId: hideSecrets(requestId, secrets) };
}
