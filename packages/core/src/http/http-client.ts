import ky, { type Options } from "ky";
import type { RequestQuota } from "../capabilities.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { CallContext } from "../driver.ts";
import { isPolyvolError } from "../errors.ts";
import { readStart, readText, TOO_LARGE } from "./body.ts";
import {
  describeMisfit,
  type FailedRequest,
  failureOfAnswer,
  failureOfBody,
  failureOfNetwork,
  failureOfRedirect,
  failureOfTimeout,
  responseEvent,
} from "./failure.ts";
import { createGovernor } from "./governor.ts";
import { runInterruptibly, TIMED_OUT } from "./interruption.ts";
import { parseJson } from "./json.ts";
import { plainRequestId } from "./redact.ts";
import { parseHttpDate } from "./retry-after.ts";
import { createSkew } from "./skew.ts";
import type {
  Authorize,
  FailedResponse,
  FailureRefinement,
  HttpRequest,
  HttpResponse,
  OutgoingRequest,
} from "./types.ts";
import { buildUrl, parseBaseUrl } from "./url.ts";

export interface HttpClientOptions {
  readonly provider: string;
  /** Origin and path prefix. `https:` only, but for loopback addresses and `localhost`. */
  readonly baseUrl: string;
  readonly authorize: Authorize;
  /** Default: the machine's own clock. */
  readonly clock?: Clock;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest time for one attempt, body included, in milliseconds. Default 30,000. */
  readonly attemptTimeoutMs?: number;
  /** Largest answer that is read, in bytes after decompression. Default 16 MiB. */
  readonly maxResponseBytes?: number;
  /** Most requests in flight at once. Default 16. */
  readonly maxConcurrency?: number;
  /** Documented request quotas of the account; none by default. */
  readonly quotas?: readonly RequestQuota[];
  /** Corrects a quota from an answer's headers. */
  readonly readQuota?: (headers: Headers, now: number) => QuotaReading | undefined;
  /** Says more of an unsuccessful answer than its status does. */
  readonly refineFailure?: (response: FailedResponse) => FailureRefinement;
  /** Header that carries the provider's request id. Default `x-request-id`. */
  readonly requestIdHeader?: string;
  /**
   * Whether a 401 or 403 with a `Date` that is off by more than this many milliseconds corrects the clock and is
   * sent once more. Absent: no correction (bearer tokens do not care).
   */
  readonly correctSkewAboveMs?: number;
}

/** What a provider's headers say of its quotas. */
export interface QuotaReading {
  /** Corrected quotas, replacing the documented ones. */
  readonly quotas?: readonly RequestQuota[];
  /** Requests left now. */
  readonly remaining?: number;
  /** When, in milliseconds since the epoch, at least one more becomes free. */
  readonly freeAt?: number;
}

export interface HttpClient {
  /** Sends one request, once. Retrying is core's business. */
  send<T = undefined>(request: HttpRequest<T>, context: CallContext): Promise<HttpResponse<T>>;
  /** The provider's time by its own `Date` header, as last seen. */
  readonly serverTime: Date | undefined;
  /** Requests left by the provider's own headers, as last seen. */
  readonly requestsLeft: number | undefined;
}

const ATTEMPT_TIMEOUT_MS = 30_000;
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
const MAX_CONCURRENCY = 16;
/** Of an unsuccessful answer so much is read. */
const FAILURE_BYTES = 64 * 1024;

/**
 * Makes the client of one account. Nothing that it exposes holds a credential.
 * @throws PolyvolError `invalid_argument` for a base URL that must not be used
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = parseBaseUrl(options.baseUrl);
  const originLength = new URL(base).origin.length;
  const clock = options.clock ?? systemClock;
  const timeoutMs = options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS;
  const maxBytes = options.maxResponseBytes ?? MAX_RESPONSE_BYTES;
  const requestIdHeader = options.requestIdHeader ?? "x-request-id";
  const governor = createGovernor(clock, options.maxConcurrency ?? MAX_CONCURRENCY, options.quotas ?? []);
  const skew = createSkew(options.correctSkewAboveMs);
  let lastDate: string | null = null;
  let requestsLeft: number | undefined;

  /** One attempt, up to the last byte of its answer. */
  async function exchange(
    outgoing: OutgoingRequest,
    authorized: boolean,
    signal: AbortSignal,
  ): Promise<Answer> {
    // The request that ky makes is not used: a second one would cost more than all the rest. What ky is given here
    // sends the prepared parts, authorised at the last moment, and never a changed URL.
    const send = async (): Promise<Response> => {
      if (authorized) await options.authorize(outgoing);
      signal.throwIfAborted();
      const { method, url, headers, body } = outgoing;
      const init: RequestInit = { method, headers, signal, redirect: "manual" };
      return await (options.fetch ?? globalThis.fetch)(url, body === undefined ? init : { ...init, body });
    };
    const response = await ky(outgoing.url, { ...KY_OPTIONS, method: outgoing.method, fetch: send });
    const good = response.status >= 200 && response.status < 300;
    const text = good ? await readText(response, maxBytes) : await readStart(response, FAILURE_BYTES);
    return { status: response.status, headers: response.headers, text };
  }

  function learn(headers: Headers): void {
    lastDate = headers.get("date") ?? lastDate;
    const reading = options.readQuota?.(headers, clock.now());
    if (reading?.remaining !== undefined) requestsLeft = reading.remaining;
    governor.observe(reading);
  }

  /** Sends once, when the governor allows; throws what kept an answer away. */
  async function attempt(
    outgoing: OutgoingRequest,
    request: HttpRequest<unknown>,
    context: CallContext,
  ): Promise<Answer> {
    const failed: FailedRequest = {
      method: request.method,
      target: outgoing.url.slice(originLength),
      headers: outgoing.headers,
    };
    const startedAt = clock.now();
    context.emit({ type: "request", method: failed.method, target: failed.target });
    let counted = true;
    try {
      const limits = { clock, timeoutMs, abortSignal: context.abortSignal };
      const work = (): Promise<Answer> =>
        runInterruptibly((signal) => exchange(outgoing, request.authorized !== false, signal), limits);
      const answer = await (clock.during === undefined ? work() : clock.during(work));
      learn(answer.headers);
      const requestId = plainRequestId(answer.headers, requestIdHeader, outgoing.headers);
      context.emit(
        responseEvent(failed, clock.now() - startedAt, {
          status: answer.status,
          ...(requestId === undefined ? {} : { requestId }),
        }),
      );
      return { ...answer, ...(requestId === undefined ? {} : { requestId }) };
    } catch (thrown) {
      if (context.abortSignal.aborted) throw context.abortSignal.reason;
      // What `authorize` throws (a credential that cannot be read) is no failure of the network.
      const error = isPolyvolError(thrown)
        ? thrown
        : thrown === TIMED_OUT
          ? failureOfTimeout(failed, timeoutMs)
          : failureOfNetwork(failed, thrown);
      counted = error.outcome !== "not_applied";
      context.emit(responseEvent(failed, clock.now() - startedAt, { failure: error.reason }));
      throw error;
    } finally {
      governor.release(counted);
    }
  }

  /** The answer's data, or the error that it means. */
  function judge<T>(answer: Answer, request: HttpRequest<T>, outgoing: OutgoingRequest): HttpResponse<T> {
    const { status, headers, text, requestId } = answer;
    const { method } = request;
    const target = outgoing.url.slice(originLength);
    const failed: FailedRequest = { method, target, headers: outgoing.headers };
    if (text === TOO_LARGE) {
      throw failureOfBody(failed, status, requestId, `is larger than ${maxBytes} bytes`, "");
    }
    if (status >= 300 && status < 400) throw failureOfRedirect(failed, status, headers, requestId);
    if (status < 200 || status >= 400) {
      const refinement =
        options.refineFailure?.({ status, headers, method, target, json: parseJson(text), text }) ?? {};
      const error = failureOfAnswer(failed, status, headers, requestId, refinement, clock.now());
      if (error.code === "rate_limited" && error.retryable) governor.throttled(error.retryAfterMs);
      throw error;
    }
    governor.succeeded();
    if (request.response === undefined) return { status, headers, data: undefined as T };
    const json = parseJson(text);
    if (json === undefined) {
      throw failureOfBody(failed, status, requestId, text === "" ? "is empty" : "is not JSON", text);
    }
    try {
      return { status, headers, data: request.response.parse(json) };
    } catch (error) {
      throw failureOfBody(failed, status, requestId, describeMisfit(error), text);
    }
  }

  return {
    send: async (request, context) => {
      const url = buildUrl(base, request.path, request.query);
      const body = request.body === undefined ? undefined : JSON.stringify(request.body);
      for (let repeated = false; ; repeated = true) {
        await governor.acquire(context);
        const stampedWith = skew.current;
        const outgoing: OutgoingRequest = {
          method: request.method,
          url,
          headers: {
            accept: "application/json",
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...options.headers,
            ...request.headers,
          },
          body,
          timestampMs: clock.now() + stampedWith,
        };
        const answer = await attempt(outgoing, request, context);
        const refused = answer.status === 401 || answer.status === 403;
        if (refused && !repeated && skew.explains(stampedWith, answer.headers, clock.now())) continue;
        return judge(answer, request, outgoing);
      }
    },
    get serverTime() {
      const time = parseHttpDate(lastDate);
      return time === undefined ? undefined : new Date(time);
    },
    get requestsLeft() {
      return requestsLeft;
    },
  };
}

/** Everything that ky would do on its own is off: retries, timeouts and judging are done here and in core's call. */
const KY_OPTIONS: Options = { retry: 0, timeout: false, throwHttpErrors: false };

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string | typeof TOO_LARGE;
  readonly requestId?: string;
}
