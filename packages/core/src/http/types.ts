/** Types of the HTTP client that adapters use. No type of the library underneath is among them. */
import type { PolyvolErrorCode } from "../errors.ts";

/** Checks an answer and gives it its type. A zod schema fits. */
export interface ResponseParser<T> {
  parse(value: unknown): T;
}

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface HttpRequest<T> {
  readonly method: HttpMethod;
  /** Path from the root, its variable parts made by {@link pathSegment}. */
  readonly path: string;
  /** Left out where `undefined`. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Headers of this request alone. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: the answer's body is not looked at. */
  readonly response?: ResponseParser<T>;
  /** `false` sends the request without {@link HttpClientOptions.authorize}. Default `true`. */
  readonly authorized?: boolean;
}

/** A successful (2xx) answer. */
export interface HttpResponse<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: T;
}

/** The final request, just before it is sent. `authorize` may set headers and must change nothing else. */
export interface OutgoingRequest {
  readonly method: HttpMethod;
  /** Exactly what goes over the wire. */
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
  /** Now, by the client's clock corrected by the skew seen so far, in milliseconds since the epoch. */
  readonly timestampMs: number;
}

/** Adds credentials. Called once for each attempt. */
export type Authorize = (request: OutgoingRequest) => void | Promise<void>;

/** An unsuccessful answer, as an adapter's `failure.ts` sees it. */
export interface FailedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly method: HttpMethod;
  /** Path and query. */
  readonly target: string;
  /** The body as JSON, or `undefined` when it is none. */
  readonly json: unknown;
  /** The body as text, at most 64 KiB of it. */
  readonly text: string;
}

/** What an adapter makes of an unsuccessful answer; what it leaves out stays as the status alone says. */
export interface FailureRefinement {
  readonly code?: PolyvolErrorCode;
  /** One sentence, without secrets and raw bodies. */
  readonly reason?: string;
  readonly providerCode?: string;
  readonly requestId?: string;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
  readonly outcome?: "not_applied" | "unknown";
  readonly lookFirst?: boolean;
}
