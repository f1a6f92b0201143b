/** Types of the HTTP client that adapters use. No type of the library underneath is among them. */
import type { RequestQuota } from "../capabilities.ts";
import type { CallContext } from "../driver.ts";
import type { PolyvolErrorCode, PolyvolErrorDetails } from "../errors.ts";
import type { SecretSource } from "../secret.ts";
import type { BlockStorageOptions } from "../storage-options.ts";
import type { HttpOptions } from "./options.ts";

/** Checks an answer and gives it its type. A zod schema fits. */
export interface ResponseParser<T> {
  /** The value with its type; throws when it is not what it must be. */
  parse(value: unknown): T;
}

/** Headers of an answer, by names in any capitals: several of one name are one text, with commas between them. */
export type ResponseHeaders = Pick<Headers, "get" | "has">;

/** The methods that the client sends. */
export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request, relative to the client's base URL. */
export interface HttpRequest<T> {
  /** HTTP method. */
  readonly method: HttpMethod;
  /** Path from the root, its variable parts made by {@link pathSegment}. */
  readonly path: string;
  /** Left out where `undefined`. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Headers of this request alone. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Absent: the answer's body is not looked at. */
  readonly response?: ResponseParser<T> | undefined;
  /**
   * The one status of success, where the answer proves by it alone that the change is done: any other 2xx is
   * `malformed_response` then. Absent: any 2xx is success.
   */
  readonly status?: number | undefined;
  /** `false` sends the request without {@link HttpClientOptions.authorize}. Default `true`. */
  readonly authorized?: boolean | undefined;
}

/** A successful (2xx) answer. */
export interface HttpResponse<T> {
  /** HTTP status. */
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: ResponseHeaders;
  /** What the request's `response` made of the body; `undefined` without one. */
  readonly data: T;
}

/** The final request, just before it is sent. `authorize` may set headers and must change nothing else. */
export interface OutgoingRequest {
  /** HTTP method. */
  readonly method: HttpMethod;
  /** Exactly what goes over the wire. */
  readonly url: string;
  /** Headers so far; `authorize` adds to them. */
  readonly headers: Record<string, string>;
  /** The body to the letter; `undefined` when there is none. */
  readonly body: string | undefined;
  /** Now, by the client's clock corrected by the skew seen so far, in milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** Adds credentials. Called once for each attempt. */
export type Authorize = (request: OutgoingRequest) => void | Promise<void>;

/**
 * An unsuccessful answer, as an adapter's `failure.ts` sees it; or one with a status of success whose body is not looked at
 * or not as documented. Of the latter a `reason` with a `providerCode` says that it holds an error of the service: the
 * request has failed, and what it did is not known.
 */
export interface FailedResponse {
  /** HTTP status. */
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: ResponseHeaders;
  /** HTTP method. */
  readonly method: HttpMethod;
  /** Path and query. */
  readonly target: string;
  /** The body as JSON, or `undefined` when it is none. */
  readonly json: unknown;
  /** The body as text, at most 64 KiB of it. */
  readonly text: string;
}

/**
 * What an adapter makes of an unsuccessful answer; what it leaves out stays as the status alone says. Of 404, 409 and
 * 410 the status alone says nothing (`unavailable`, outcome `unknown`): give their `code` where the body shows that it is
 * the service that speaks, and only there. They are plain refusals then.
 */
export interface FailureRefinement
  extends Pick<
    PolyvolErrorDetails,
    "providerCode" | "requestId" | "retryable" | "retryAfterMs" | "outcome" | "mayAlreadyExist"
  > {
  /** What went wrong. */
  readonly code?: PolyvolErrorCode | undefined;
  /** One sentence, without secrets and raw bodies. */
  readonly reason?: string | undefined;
}

/** What a client is made of. Only `provider`, `baseUrl` and `authorize` are needed. */
export interface HttpClientOptions
  extends Pick<HttpOptions, "fetch" | "attemptTimeoutMs" | "maxConcurrency">,
    Pick<BlockStorageOptions, "clock"> {
  /** Provider name, for errors. */
  readonly provider: string;
  /** Origin and path prefix. `https:` only, but for loopback addresses and `localhost`. */
  readonly baseUrl: string;
  /** Adds credentials to each attempt. */
  readonly authorize: Authorize;
  /**
   * Whether `authorize` may add other credentials the next time: a request that is refused with 401 is then authorised
   * anew and sent once more. They can be replaced between being read and being used. Default `false`.
   */
  readonly credentialsMayChange?: boolean | undefined;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Largest answer that is read, in bytes after decompression. Default 8 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /**
   * What tells the account whose requests are counted together: its credentials as they were given, and other texts that
   * it takes. Clients of one process that have the same account, base URL, quotas, `fetch` and clock keep to the quotas
   * together, and wait together where the service asks for it. No credential is kept for it: of a text a digest, of a
   * file its path, of a callback itself. Absent: this client by itself.
   */
  readonly account?: readonly SecretSource[] | undefined;
  /** Documented request quotas of the account; none by default. */
  readonly quotas?: readonly RequestQuota[] | undefined;
  /** Corrects a quota from an answer's headers; `status` is that of the answer. */
  readonly readQuota?:
    | ((headers: ResponseHeaders, now: number, status: number) => QuotaReading | undefined)
    | undefined;
  /** Says more of an unsuccessful answer than its status does. */
  readonly refineFailure?: ((response: FailedResponse) => FailureRefinement) | undefined;
  /** Header that carries the provider's request id. Default `x-request-id`. */
  readonly requestIdHeader?: string | undefined;
  /**
   * Whether a 401 or 403 with a `Date` that is off by more than this many milliseconds corrects the clock and is
   * sent once more. Absent: no correction (bearer tokens do not care).
   */
  readonly correctSkewAboveMs?: number | undefined;
}

/** What a provider's headers say of its quotas. */
export interface QuotaReading {
  /** Corrected quotas, replacing the documented ones. */
  readonly quotas?: readonly RequestQuota[] | undefined;
  /** Requests left now. */
  readonly remaining?: number | undefined;
  /** When at least one more becomes free, in milliseconds since the epoch by the clock that gave `now`. */
  readonly freeAt?: number | undefined;
}

/** Sends requests to one origin, paced and authorised. */
export interface HttpClient {
  /** Sends one request, once. Retrying is core's business. */
  send<T = undefined>(request: HttpRequest<T>, context: CallContext): Promise<HttpResponse<T>>;
  /** The provider's time by its own `Date` header, as last seen. */
  readonly serverTime: Date | undefined;
  /** Requests left by the provider's own headers, as last seen. */
  readonly requestsLeft: number | undefined;
}
