import { monotonicTime, systemClock } from "../clock.ts";
import type { CallContext } from "../driver.ts";
import { isPolyvolError } from "../errors.ts";
import { withDefaults } from "../option.ts";
import { exchange, type RequestAttempt } from "./exchange.ts";
import { httpOptions } from "./options.ts";
import { limiterSource } from "./rate-limit/limiters.ts";
import { createLane, type PermitResult } from "./rate-limit/rate-limiter.ts";
import { plainRequestId } from "./redact.ts";
import { type PreparedRequest, prepareRequest } from "./request.ts";
import { parseResponse, type ReadResponse, type ResponseSettings } from "./response.ts";
import { createSkew, parseHttpDate } from "./server-date.ts";
import type { TransportResponse } from "./transport/contract.ts";
import { loadedOnUse, loadTransport } from "./transport/load.ts";
import type {
  HttpClient,
  HttpClientOptions,
  HttpRequest,
  HttpResponse,
  QuotaReading,
  ResponseHeaders,
} from "./types.ts";
import { parseBaseUrl } from "./url.ts";

/** Reading costs up to three times as much memory for a moment: with this bound, less than 32 MiB. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;

/**
 * Makes a client of one account. Nothing that it exposes holds a credential.
 * @throws PolyvolError `invalid_argument` for a base URL that must not be used
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { provider, refineFailure } = options;
  const { attemptTimeoutMs, fetch, maxConcurrency } = withDefaults(options, httpOptions);
  const clock = options.clock ?? systemClock;
  const base = parseBaseUrl(options.baseUrl);
  const { origin } = new URL(base);
  const maxBytes = options.maxResponseBytes ?? MAX_RESPONSE_BYTES;
  const requestIdHeader = options.requestIdHeader ?? "x-request-id";
  const limiterNow = limiterSource(clock, base, options);
  const lane = createLane(maxConcurrency);
  const skew = createSkew(options.correctSkewAboveMs);
  const monotonicNow = monotonicTime(clock);
  const parsing: ResponseSettings = { maxBytes, refineFailure, now: () => clock.now() };
  const exchanging = {
    clock,
    maxBytes,
    transport: loadedOnUse(async () => {
      const [transport, { isTakenUnchanged }] = await Promise.all([
        loadTransport(fetch),
        import("./unchanged.ts"),
        import("./network-failure.ts"),
      ]);
      parsing.isTakenUnchanged = isTakenUnchanged;
      return transport;
    }),
    authorize: options.authorize,
    timeoutMs: attemptTimeoutMs,
  };
  let dated: ResponseHeaders | undefined;
  let requestsLeft: number | undefined;

  function prepareAttempt(
    prepared: PreparedRequest,
    request: HttpRequest<unknown>,
    onAnswer: RequestAttempt["onAnswer"],
  ): RequestAttempt {
    const { method, url, body } = prepared;
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    const stampedWith = skew.current;
    return {
      outgoing: {
        method,
        url,
        headers: Object.assign(headers, options.headers, request.headers),
        body,
        timestampMs: clock.now() + stampedWith,
      },
      stampedWith,
      authorized: request.authorized !== false,
      wantsBody: request.response !== undefined,
      onAnswer,
      sent: false,
      response: undefined,
      progress: {},
      answeredAt: 0,
      isUtf8: true,
    };
  }

  /** Sends once, and tells of it. */
  async function sendOnce(request: PreparedRequest, attempt: RequestAttempt): Promise<ReadResponse> {
    const { method, target, context } = request;
    const startedAt = monotonicNow();
    let requestId: string | undefined;
    let failure = "aborted";
    context.emit({ type: "request", method, target, origin });
    try {
      const text = await exchange(exchanging, request, attempt);
      // An attempt whose body was read has a response.
      const { status, headers } = attempt.response as TransportResponse;
      const sent = attempt.outgoing.headers;
      requestId = plainRequestId(headers, requestIdHeader, sent);
      return { request, status, headers, requestId, text, isUtf8: attempt.isUtf8, sent };
    } catch (error) {
      if (isPolyvolError(error)) failure = error.reason;
      throw error;
    } finally {
      const { response } = attempt;
      context.emit({
        type: "response",
        method,
        target,
        origin,
        durationMs: monotonicNow() - startedAt,
        ...(response === undefined ? { failure } : { status: response.status }),
        ...(requestId === undefined ? {} : { requestId }),
      });
    }
  }

  /** What a response says beside itself. An adapter's reader that stumbles over odd headers has read nothing. */
  function learn({ headers, status }: TransportResponse): QuotaReading | undefined {
    // A response with `Age` comes out of a cache: its date is that of another one.
    if (headers.has("date") && !headers.has("age")) dated = headers;
    try {
      const reading = options.readQuota?.(headers, clock.now(), status);
      requestsLeft = reading?.remaining ?? requestsLeft;
      return reading;
    } catch {
      return undefined;
    }
  }

  /** Whether the request was refused for its time stamp, and would be stamped rightly now. */
  function isMisdated(attempt: RequestAttempt, { status, headers }: ReadResponse): boolean {
    if (status !== 401 && status !== 403) return false;
    return skew.explains(attempt.stampedWith, headers, attempt.answeredAt);
  }

  /** Whether the request was refused for credentials that may have been replaced since they were read. */
  function isOutdated({ authorized }: RequestAttempt, { status }: ReadResponse): boolean {
    return options.credentialsMayChange === true && authorized && status === 401;
  }

  async function send<T = undefined>(
    request: HttpRequest<T>,
    context: CallContext,
  ): Promise<HttpResponse<T>> {
    context.abortSignal.throwIfAborted();
    const prepared = prepareRequest(provider, base, request, context);
    for (let repeated = false; ; repeated = true) {
      const limiter = limiterNow();
      const waiting = limiter.acquire(prepared, lane);
      const permit = waiting instanceof Promise ? await waiting : waiting;
      const result: PermitResult = { reading: undefined, rejected: false, pauseMs: undefined };
      let isInFlight = true;
      const release = (): void => {
        if (!isInFlight) return;
        isInFlight = false;
        if (attempt.response !== undefined) result.reading = learn(attempt.response);
        limiter.release(permit, attempt, result);
      };
      const attempt = prepareAttempt(prepared, request, () => {
        // Before it is parsed, so that the next page of a listing finds the place free.
        release();
        return context.onAnswer?.();
      });
      try {
        context.abortSignal.throwIfAborted();
        const response = await sendOnce(prepared, attempt);
        if (!repeated && (isMisdated(attempt, response) || isOutdated(attempt, response))) continue;
        return parseResponse(parsing, response, request);
      } catch (error) {
        // A refusal that says "look first" is about one resource, not about the pace of all requests.
        if (isPolyvolError(error, "rate_limited") && error.retryable && !error.mayAlreadyExist) {
          result.rejected = attempt.response?.status === 429;
          result.pauseMs = error.retryAfterMs;
        }
        throw error;
      } finally {
        release();
      }
    }
  }

  return {
    send,
    get serverTime() {
      const time = parseHttpDate(dated?.get("date"));
      return time === undefined ? undefined : new Date(time);
    },
    get requestsLeft() {
      return requestsLeft;
    },
  };
}
