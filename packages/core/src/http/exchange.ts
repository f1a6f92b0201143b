import type { Clock } from "../clock.ts";
import { isPolyvolError } from "../errors.ts";
import { readStart, readText, type TOO_LARGE } from "./body.ts";
import type { Call } from "./call.ts";
import { runInterruptibly, TIMED_OUT } from "./interruption.ts";
import { failureOfCredentials, failureOfNetwork, failureOfTimeout } from "./network-failure.ts";
import { nodeFetch } from "./node-fetch.ts";
import type { IncomingResponse } from "./node-response.ts";
import { isPlatformUntouched } from "./platform.ts";
import { secretsIn } from "./redact.ts";
import type { Authorize, HttpMethod, OutgoingRequest } from "./types.ts";

/** Takes a request through ky, which calls `fetch` for the real thing. */
export type Transport = (
  url: string,
  method: HttpMethod,
  fetch: () => Promise<Response>,
) => Promise<Response>;

/** What all attempts of one client share. */
export interface ExchangeSettings {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly authorize: Authorize;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** One attempt: what goes out, and as much as is known of what came of it. */
export interface Attempt {
  readonly outgoing: OutgoingRequest;
  /** By how much its time stamp was corrected. */
  readonly stampedWith: number;
  readonly authorized: boolean;
  /** Whether the caller has a use for the body of a successful answer. */
  readonly wantsBody: boolean;
  /** Whether the request went out. */
  sent: boolean;
  response: IncomingResponse | undefined;
  /** When the head of the answer came. */
  answeredAt: number;
}

/** Of a body that only explains a failure, or that nobody wants, so much is read. */
const SIDE_BODY_BYTES = 64 * 1024;

/**
 * Sends one attempt and reads its answer to the end.
 * @returns the body; empty where it could not be read and is not needed
 * @throws PolyvolError, or the reason of the caller's abort as it is
 */
export async function exchange(
  settings: ExchangeSettings,
  call: Call,
  attempt: Attempt,
): Promise<string | typeof TOO_LARGE> {
  const { clock, timeoutMs } = settings;
  const { abortSignal } = call.context;
  try {
    const work = (signal: AbortSignal): Promise<string | typeof TOO_LARGE> =>
      sendAndRead(settings, call, attempt, signal);
    const run = (): Promise<string | typeof TOO_LARGE> =>
      runInterruptibly(work, { clock, timeoutMs, abortSignal });
    return await (clock.during === undefined ? run() : clock.during(run));
  } catch (thrown) {
    if (abortSignal.aborted) throw abortSignal.reason;
    // The status has been read: it says what happened, with or without a body.
    const { response } = attempt;
    if (response !== undefined && !needsBody(attempt, response)) return "";
    if (isPolyvolError(thrown)) throw thrown;
    if (thrown === TIMED_OUT) throw failureOfTimeout(call, timeoutMs, attempt.sent);
    throw failureOfNetwork(call, thrown, secretsIn(attempt.outgoing.headers));
  }
}

async function sendAndRead(
  settings: ExchangeSettings,
  call: Call,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<string | typeof TOO_LARGE> {
  if (attempt.authorized) await authorize(settings, call, attempt.outgoing);
  signal.throwIfAborted();
  const response = await respond(settings, call, attempt, signal);
  attempt.response = response;
  attempt.answeredAt = settings.clock.now();
  if (!needsBody(attempt, response)) return readStart(response, SIDE_BODY_BYTES);
  const text = await readText(response, settings.maxBytes);
  const pause = call.context.onAnswer?.();
  if (pause !== undefined) await pause;
  return text;
}

/** By `node:http` where nobody has a say in how requests go out, by the platform's or the caller's `fetch` otherwise. */
function respond(
  { fetch, transport }: ExchangeSettings,
  { method, url, body }: Call,
  attempt: Attempt,
  signal: AbortSignal,
): Promise<IncomingResponse> {
  const { headers } = attempt.outgoing;
  if (fetch === undefined && isPlatformUntouched()) {
    attempt.sent = true;
    // An answer without a body could be anybody's.
    return nodeFetch(url, { method, headers, body, signal, isAlone: !attempt.wantsBody });
  }
  const init: RequestInit = { method, headers, signal, redirect: "manual" };
  if (body !== undefined) init.body = body;
  return transport(url, method, () => {
    attempt.sent = true;
    return (fetch ?? globalThis.fetch)(url, init);
  });
}

async function authorize(settings: ExchangeSettings, call: Call, outgoing: OutgoingRequest): Promise<void> {
  try {
    await settings.authorize(outgoing);
  } catch (error) {
    throw isPolyvolError(error) ? error : failureOfCredentials(call, error);
  }
}

function needsBody(attempt: Attempt, response: IncomingResponse): boolean {
  return attempt.wantsBody && response.ok;
}
