import type { ChangeOutcome, PolyvolError, PolyvolErrorCode } from "../errors.ts";
import { describeHeaders, excerpt, hideSecrets } from "./redact.ts";
import { type PreparedRequest, requestError } from "./request.ts";
import { parseRetryAfter } from "./server-date.ts";
import type { FailureRefinement, ResponseHeaders } from "./types.ts";

/** A response that becomes an error: what every such error is made of. */
export interface UnusableResponse {
  readonly request: PreparedRequest;
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly requestId: string | undefined;
  /** What was sent and must not come out in words. */
  readonly secrets: readonly string[];
}

/** The error of an unsuccessful response; `refinement` says more than the status does. */
export function failureOfResponse(
  response: UnusableResponse,
  refinement: FailureRefinement,
  now: number,
  page: string | undefined,
): PolyvolError {
  const { request, status, headers, secrets } = response;
  const isRead = refinement.code !== undefined;
  const byStatusAlone = meaningOfStatus(status, isRead, request.body?.length ?? 0);
  const meaning = page === undefined || isRead ? byStatusAlone : meaningOfPage(status, byStatusAlone);
  const { providerCode, mayAlreadyExist = false } = refinement;
  const retryAfterMs = refinement.retryAfterMs ?? parseRetryAfter(headers, now);
  const unread = OF_CREDENTIALS.has(status)
    ? "; it says nothing in the service's own words: is baseUrl right?"
    : "";
  const byStatus = `${meaning.reason}${page === undefined ? unread : `; ${describePage(page, headers, secrets)}`}`;
  const reason = hideSecrets(refinement.reason ?? byStatus, secrets);
  return requestError(request, refinement.code ?? meaning.code, reason, {
    status,
    requestId: hidden(refinement.requestId ?? response.requestId, secrets),
    providerCode: hidden(providerCode, secrets),
    retryable: refinement.retryable ?? meaning.retryable,
    retryAfterMs,
    outcome: refinement.outcome ?? meaning.outcome,
    mayAlreadyExist,
  });
}

/** What services refuse credentials with, in words for programs. */
const OF_CREDENTIALS: ReadonlySet<number> = new Set([401, 403]);

/** Who may have answered with a web page, and what: its title, and the server that names itself. */
function describePage(page: string, headers: ResponseHeaders, secrets: readonly string[]): string {
  const title = /<title[^<>]*>([^<]*)/i.exec(page)?.[1]?.trim() ?? "";
  const named = title === "" ? "a web page" : `a web page with the title "${excerpt(title, secrets)}"`;
  const kind = describeHeaders(headers);
  const by = kind === "" ? "" : ` (${hideSecrets(kind, secrets)})`;
  return `${named} came${by}, so it may be a proxy, a firewall or a sign-in on the way that answers`;
}

/** Redirects that ask for the same request elsewhere, and so say that nothing has been done here. */
const NOT_CARRIED_OUT: ReadonlySet<number> = new Set([307, 308]);

/** The error of a redirect: never followed, since it would carry credentials to wherever it points. */
export function failureOfRedirect(response: UnusableResponse): PolyvolError {
  const { request, status, headers, secrets } = response;
  const location = headers.get("location");
  const target = hideSecrets(originOf(location, request.url), secrets);
  // Not all that is not followed leads anywhere: a cache may say that nothing has changed since nobody asked.
  const reason =
    location === null && status !== 0
      ? `status ${status} came, which answers nothing and names no address`
      : `a redirect to ${target} (status ${status}) was not followed`;
  return requestError(request, "malformed_response", reason, {
    status,
    requestId: hidden(response.requestId, secrets),
    outcome: NOT_CARRIED_OUT.has(status) ? "not_applied" : "unknown",
  });
}

function originOf(location: string | null, base: string): string {
  const url = location === null ? null : URL.parse(location, base);
  if (url === null) return "an address that cannot be read";
  return url.origin === "null" ? `a ${url.protocol} address` : url.origin;
}

/** The error of an answer that came and cannot be used. `detail` says why; `text` is its body, `said` what that tells. */
export function failureOfBody(
  response: UnusableResponse,
  detail: string,
  text: string,
  { providerCode, requestId }: Pick<FailureRefinement, "providerCode" | "requestId"> = {},
): PolyvolError {
  const { request, status, headers, secrets } = response;
  const kind = hideSecrets(describeHeaders(headers), secrets);
  const about = [`status ${status}`, kind].filter((part) => part !== "").join(", ");
  const start = excerpt(text, secrets);
  const body = start === "" ? "" : `; the body begins ${start}`;
  const reason = `the answer to ${request.method} ${request.path} (${about}) ${hideSecrets(detail, secrets)}${body}`;
  return requestError(request, "malformed_response", reason, {
    status,
    requestId: hidden(requestId ?? response.requestId, secrets),
    providerCode: hidden(providerCode, secrets),
    retryable: true,
    outcome: "unknown",
  });
}

/** What a schema says of a body that does not fit, without the body's values. */
export function describeMisfit(error: unknown, body: unknown): string {
  const { issues } = error as { readonly issues?: unknown };
  if (!Array.isArray(issues)) return "is not as documented";
  const parts = issues.slice(0, 3).map((issue: Issue | undefined) => {
    const path = issue?.path ?? [];
    const place = path.length === 0 ? "the body" : path.map(String).join(".");
    return `${place}: ${misfitText(issue, path.reduce(valueUnder, body))}`;
  });
  const words = parts.join("; ");
  return `is not as documented: ${words.length > 300 ? `${words.slice(0, 300)}…` : words}`;
}

interface Issue {
  readonly path?: readonly PropertyKey[];
  readonly message?: string;
  /** The type that the value should have, where that is what is wrong. */
  readonly expected?: unknown;
}

/** By the types where they are known: `zod/mini` has no words of its own. Never the value itself. */
function misfitText(issue: Issue | undefined, value: unknown): string {
  return typeof issue?.expected === "string"
    ? `expected ${issue.expected}, found ${typeOf(value)}`
    : (issue?.message ?? "does not fit");
}

function typeOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function valueUnder(value: unknown, key: PropertyKey): unknown {
  return (value as Readonly<Record<PropertyKey, unknown>> | null | undefined)?.[key];
}

function hidden(text: string | undefined, secrets: readonly string[]): string | undefined {
  return text === undefined ? undefined : hideSecrets(text, secrets);
}

/** What the status of an unsuccessful answer means when nothing more is known. */
interface StatusMeaning {
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
  407: ["unavailable", "a proxy on the way wants credentials"],
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
/** Misdirected and too early: by their definition nothing was done, and the same request may be sent again. */
const NOT_TAKEN_YET: ReadonlySet<number> = new Set([421, 425]);
const UNCLEAR = { code: "unavailable", outcome: "unknown", retryable: true } as const;
const REFUSED = { code: "unknown", outcome: "not_applied", retryable: false } as const;

/** A request of up to this size is too large for no service: what is too much is what it asks for. */
const SMALL_REQUEST_BYTES = 16 * 1024;

/**
 * `isRead`: an adapter has read a code from the body, so it is the service that speaks. `sentBytes`: size of the
 * request's body; 0 when it had none.
 */
function meaningOfStatus(status: number, isRead: boolean, sentBytes: number): StatusMeaning {
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
    return { ...UNCLEAR, reason };
  }
  if (NOT_TAKEN_YET.has(status)) {
    const reason = `the service did not take the request for now (status ${status})`;
    return { code: "unavailable", reason, outcome: "not_applied", retryable: true };
  }
  if (status === 408 || status >= 500) {
    return { ...UNCLEAR, reason: `the service failed with status ${status}` };
  }
  return { code: "unknown", reason: `unexpected status ${status}`, outcome: "unknown", retryable: false };
}

/** Of proxies themselves, and what was not taken yet: nothing was done, whoever says so. */
const NOT_PASSED_ON: ReadonlySet<number> = new Set([407, ...NOT_TAKEN_YET]);

/**
 * A refusal as a page for people is of a proxy, a firewall or a sign-in, not of the service, which may have carried the
 * request out. That there were too many is waited out all the same.
 */
function meaningOfPage(status: number, meaning: StatusMeaning): StatusMeaning {
  if (NOT_PASSED_ON.has(status)) return meaning;
  if (status === 429) return { ...meaning, outcome: "unknown" };
  return meaning.outcome === "unknown" ? meaning : { ...UNCLEAR, reason: `refused with status ${status}` };
}

/** Words of a quota itself, in the languages that services speak; of one of requests they say so. */
const QUOTA = /quota|할당량|쿼터/i;
const OF_REQUESTS = /\b(?:rate|api|requests? quota|quota of requests)\b/i;
/** A limit of how many or how much, and that it is reached: each alone may tell of anything. */
const LIMIT = /limit|maximum (?:allowed )?(?:number|amount|capacity)|capacity|한도|최대|제한/i;
const REACHED = /exceed|reach|larger than|초과|도달/i;
/** What is limited, too, and has nothing to do with how much there is: rates, and the size of an input. */
const OF_AN_INPUT =
  /\b(?:rate|requests?|api|per (?:second|minute|hour|day)|attempts?|retries|length|long|characters?|letters|bytes|field|timeout|timed|iops|throughput)\b|글자|문자|길이|요청|\d\s?자/i;

/**
 * Whether a refusal says that a quota of the account is full, by its words alone: services say so with many statuses.
 * Quotas of requests, and bounds of an input, are other matters.
 */
export function saysQuota(words: string): boolean {
  if (QUOTA.test(words)) return !OF_REQUESTS.test(words);
  return LIMIT.test(words) && REACHED.test(words) && !OF_AN_INPUT.test(words);
}
