import { abortablePromise } from "../abort.ts";
import { type Clock, startTimer } from "../clock.ts";
import { isPolyvolError, type PolyvolError } from "../errors.ts";
import { whyNotLoaded } from "../loading.ts";
import { secretsIn } from "./redact.ts";
import { type PreparedRequest, requestError } from "./request.ts";
import { readStart, readText, type TOO_LARGE } from "./response.ts";
import {
  type Transport,
  TransportNotLoaded,
  type TransportProgress,
  type TransportResponse,
} from "./transport/contract.ts";
import type { Authorize, OutgoingRequest } from "./types.ts";

/** What all attempts of one client share. */
export interface ExchangeSettings {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly authorize: Authorize;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** One attempt: what goes out, and how far it has come. */
export interface RequestAttempt {
  readonly outgoing: OutgoingRequest;
  /** By how much its time stamp was corrected. */
  readonly stampedWith: number;
  readonly authorized: boolean;
  /** Whether the caller has a use for the body of a successful answer. */
  readonly wantsBody: boolean;
  /** Called when a good answer has been read to its end; what it returns is waited for. */
  readonly onAnswer: () => Promise<void> | undefined;
  /** Whether the request may have gone out. */
  sent: boolean;
  response: TransportResponse | undefined;
  readonly progress: TransportProgress;
  /** When the head of the answer came. */
  answeredAt: number;
  /** Whether the body that was read is UTF-8. */
  isUtf8: boolean;
}

/** Of a body that only explains a failure, or that nobody wants, this much is read. */
const SIDE_BODY_BYTES = 64 * 1024;
const TIMED_OUT: unique symbol = Symbol("timed out");

/**
 * Sends one attempt and reads its answer to the end. Ends at the caller's abort and when its time is up, whether or not
 * the transport heeds its signal.
 * @returns the body; empty where it could not be read and is not needed
 * @throws PolyvolError, or the reason of the caller's abort as it is
 */
export async function exchange(
  settings: ExchangeSettings,
  request: PreparedRequest,
  attempt: RequestAttempt,
): Promise<string | typeof TOO_LARGE> {
  const { clock, timeoutMs } = settings;
  const { abortSignal } = request.context;
  const run = (): Promise<string | typeof TOO_LARGE> =>
    abortablePromise(abortSignal, (resolve, reject) => {
      const ending = new AbortController();
      const stopTimer = startTimer(clock, timeoutMs, () => {
        reject(TIMED_OUT);
        ending.abort(TIMED_OUT);
      });
      sendAndRead(settings, request, attempt, ending.signal).finally(stopTimer).then(resolve, reject);
      return (reason) => {
        stopTimer();
        ending.abort(reason);
      };
    });
  try {
    return await (clock.during === undefined ? run() : clock.during(run));
  } catch (thrown) {
    if (abortSignal.aborted) throw abortSignal.reason;
    // The status has been read: it says what happened, with or without a body.
    const { response } = attempt;
    if (response !== undefined && !needsBody(attempt, response)) return "";
    if (isPolyvolError(thrown)) throw thrown;
    if (thrown === TIMED_OUT) throw failureOfTimeout(request, timeoutMs, attempt);
    if (thrown instanceof TransportNotLoaded) throw failureOfLoading(request, thrown);
    const { failureOfNetwork } = await networkFailures(request);
    throw failureOfNetwork(request, thrown, secretsIn(attempt.outgoing.headers), attempt.progress.proxy);
  }
}

async function sendAndRead(
  settings: ExchangeSettings,
  request: PreparedRequest,
  attempt: RequestAttempt,
  signal: AbortSignal,
): Promise<string | typeof TOO_LARGE> {
  if (attempt.authorized) await authorize(settings, request, attempt.outgoing);
  signal.throwIfAborted();
  attempt.sent = true;
  const { method, url, body } = request;
  const { headers } = attempt.outgoing;
  const { progress } = attempt;
  // An answer without a body could be anybody's.
  const needsNewConnection = !attempt.wantsBody;
  const response = await settings.transport({
    method,
    url,
    headers,
    body,
    needsNewConnection,
    signal,
    progress,
  });
  attempt.response = response;
  attempt.answeredAt = settings.clock.now();
  if (!needsBody(attempt, response)) return readStart(response, SIDE_BODY_BYTES);
  const { text, isUtf8 } = await readText(response, settings.maxBytes);
  attempt.isUtf8 = isUtf8;
  const pause = attempt.onAnswer();
  // Not awaited here: held by a function that waits, most pages of a listing stay until a major collection.
  return pause === undefined ? text : pause.then(() => text);
}

async function authorize(
  settings: ExchangeSettings,
  request: PreparedRequest,
  outgoing: OutgoingRequest,
): Promise<void> {
  try {
    await settings.authorize(outgoing);
  } catch (error) {
    if (isPolyvolError(error)) throw error;
    const { failureOfCredentials } = await networkFailures(request);
    throw failureOfCredentials(request, error);
  }
}

function needsBody(attempt: RequestAttempt, { status }: TransportResponse): boolean {
  return attempt.wantsBody && status >= 200 && status < 300;
}

async function networkFailures(request: PreparedRequest): Promise<typeof import("./network-failure.ts")> {
  try {
    return await import("./network-failure.ts");
  } catch (cause) {
    throw failureOfLoading(request, { cause });
  }
}

/** The error of an attempt that took too long, by how far it had come. */
function failureOfTimeout(
  request: PreparedRequest,
  timeoutMs: number,
  { sent, progress: { connected, proxy } }: { readonly sent: boolean; readonly progress: TransportProgress },
): PolyvolError {
  const { host } = new URL(request.url);
  const arrived = sent && connected !== false;
  const detour = proxy === undefined ? "" : ` by way of the proxy ${proxy}`;
  const what = !sent
    ? "the credentials were not there"
    : arrived
      ? `no complete answer from ${host}`
      : `no connection to ${host}${detour} was made`;
  return requestError(request, "timeout", `${what} within ${timeoutMs} ms`, {
    retryable: true,
    outcome: arrived ? "unknown" : "not_applied",
  });
}

/**
 * The error of a part of Polyvol that could not be loaded: a bundler or a test runner has left it out, say. The network
 * has nothing to do with it, and it does not pass.
 */
function failureOfLoading(
  request: PreparedRequest,
  { cause }: Pick<TransportNotLoaded, "cause">,
): PolyvolError {
  const reason = `the part of Polyvol that sends requests could not be loaded: ${whyNotLoaded(cause)}`;
  return requestError(request, "unknown", reason, { retryable: false, outcome: "not_applied", cause });
}
