import type { KyInstance } from "ky";
import { monotonicTime, systemClock } from "../clock.ts";
import type { CallContext } from "../driver.ts";
import { isPolyvolError } from "../errors.ts";
import { type Answer, judgeAnswer } from "./answer.ts";
import { type Call, prepareCall } from "./call.ts";
import { type Attempt, exchange, type Transport } from "./exchange.ts";
import { createGovernor, type SlotResult } from "./governor.ts";
import type { IncomingResponse } from "./node-response.ts";
import { plainRequestId } from "./redact.ts";
import { parseHttpDate } from "./retry-after.ts";
import { createSkew } from "./skew.ts";
import type { HttpClient, HttpClientOptions, HttpRequest, HttpResponse, QuotaReading } from "./types.ts";
import { parseBaseUrl } from "./url.ts";

const ATTEMPT_TIMEOUT_MS = 30_000;
/** Reading costs up to three times as much memory for a moment: with this bound, less than 32 MiB. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;
const MAX_CONCURRENCY = 16;

/**
 * Makes the client of one account. Nothing that it exposes holds a credential.
 * @throws PolyvolError `invalid_argument` for a base URL that must not be used
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { provider, refineFailure } = options;
  const base = parseBaseUrl(options.baseUrl);
  const clock = options.clock ?? systemClock;
  const maxBytes = options.maxResponseBytes ?? MAX_RESPONSE_BYTES;
  const requestIdHeader = options.requestIdHeader ?? "x-request-id";
  const governor = createGovernor(clock, options.maxConcurrency ?? MAX_CONCURRENCY, options.quotas ?? []);
  const skew = createSkew(options.correctSkewAboveMs);
  const monotonicNow = monotonicTime(clock);
  const judging = { maxBytes, refineFailure, now: () => clock.now() };
  const exchanging = {
    clock,
    maxBytes,
    transport: createTransport(),
    fetch: options.fetch,
    authorize: options.authorize,
    timeoutMs: options.attemptTimeoutMs ?? ATTEMPT_TIMEOUT_MS,
  };
  let dated: Headers | undefined;
  let requestsLeft: number | undefined;

  function prepareAttempt(call: Call, request: HttpRequest<unknown>): Attempt {
    const { method, url, body } = call;
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
      sent: false,
      response: undefined,
      answeredAt: 0,
    };
  }

  /** Sends once, and tells of it. */
  async function sendOnce(call: Call, attempt: Attempt): Promise<Answer> {
    const { method, target, context } = call;
    const startedAt = monotonicNow();
    let requestId: string | undefined;
    let failure = "aborted";
    context.emit({ type: "request", method, target });
    try {
      const text = await exchange(exchanging, call, attempt);
      // An attempt whose body was read has a response.
      const { status, headers, redirected } = attempt.response as IncomingResponse;
      const sent = attempt.outgoing.headers;
      requestId = plainRequestId(headers, requestIdHeader, sent);
      return { status, headers, redirected, requestId, text, sent };
    } catch (error) {
      if (isPolyvolError(error)) failure = error.reason;
      throw error;
    } finally {
      const { response } = attempt;
      context.emit({
        type: "response",
        method,
        target,
        durationMs: monotonicNow() - startedAt,
        ...(response === undefined ? { failure } : { status: response.status }),
        ...(requestId === undefined ? {} : { requestId }),
      });
    }
  }

  /** What an answer says beside itself. An adapter's reader that stumbles over odd headers has read nothing. */
  function learn({ headers, status }: IncomingResponse): QuotaReading | undefined {
    // An answer with `Age` comes out of a cache: its date is that of another answer.
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
  function isMisdated(attempt: Attempt, { status, headers, redirected }: Answer): boolean {
    if (redirected || (status !== 401 && status !== 403)) return false;
    return skew.explains(attempt.stampedWith, headers, attempt.answeredAt);
  }

  /** Whether the request was refused for credentials that may have been replaced since they were read. */
  function isOutdated(attempt: Attempt, { status, redirected }: Answer): boolean {
    return options.credentialsMayChange === true && attempt.authorized && status === 401 && !redirected;
  }

  async function send<T = undefined>(
    request: HttpRequest<T>,
    context: CallContext,
  ): Promise<HttpResponse<T>> {
    context.abortSignal.throwIfAborted();
    const call = prepareCall(provider, base, request, context);
    for (let repeated = false; ; repeated = true) {
      const waiting = governor.acquire(call);
      const slot = waiting instanceof Promise ? await waiting : waiting;
      const attempt = prepareAttempt(call, request);
      const result: SlotResult = { reading: undefined, rejected: false, pauseMs: undefined };
      try {
        context.abortSignal.throwIfAborted();
        const answer = await sendOnce(call, attempt);
        if (!repeated && (isMisdated(attempt, answer) || isOutdated(attempt, answer))) continue;
        return judgeAnswer(judging, call, answer, request);
      } catch (error) {
        // A refusal that says "look first" is about one resource, not about the pace of all requests.
        if (isPolyvolError(error, "rate_limited") && error.retryable && !error.mayAlreadyExist) {
          result.rejected = attempt.response?.status === 429;
          result.pauseMs = error.retryAfterMs;
        }
        throw error;
      } finally {
        if (attempt.response !== undefined) result.reading = learn(attempt.response);
        governor.release(slot, attempt, result);
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

/** Everything that ky would do by itself is off: pacing, time limits and judging are done here, retries in core's calls. */
const KY_OPTIONS = { retry: 0, timeout: false, throwHttpErrors: false } as const;

/**
 * ky, for every request that goes by a `fetch`. The request that ky makes is not sent: `fetch` sends the prepared
 * parts, so that what was signed is what is sent. It is loaded when it is first needed: it brings the platform's own
 * HTTP client along, half of what an import would cost.
 */
function createTransport(): Transport {
  let ky: KyInstance | undefined;
  return async (url, method, fetch) => {
    ky ??= (await import("ky")).default;
    return ky(url, { ...KY_OPTIONS, method, fetch });
  };
}
