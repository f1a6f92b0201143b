import type { PolyvolError } from "../errors.ts";
import { TOO_LARGE } from "./body.ts";
import type { Call } from "./call.ts";
import {
  describeMisfit,
  type FailedAnswer,
  failureOfAnswer,
  failureOfBody,
  failureOfRedirect,
} from "./failure.ts";
import { parseJson } from "./json.ts";
import { secretsIn } from "./redact.ts";
import type { FailedResponse, FailureRefinement, HttpRequest, HttpResponse } from "./types.ts";

/** A whole answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Whether the platform followed a redirect although it was told not to. */
  readonly redirected: boolean;
  readonly requestId: string | undefined;
  readonly text: string | typeof TOO_LARGE;
  /** As sent; only read to keep its secrets out of messages. */
  readonly sent: Readonly<Record<string, string>>;
}

export interface AnswerSettings {
  readonly maxBytes: number;
  readonly refineFailure: ((response: FailedResponse) => FailureRefinement) | undefined;
  readonly now: () => number;
}

/** The data of an answer, or the error that it means. */
export function judgeAnswer<T>(
  settings: AnswerSettings,
  call: Call,
  answer: Answer,
  { response: parser, status: expected }: Pick<HttpRequest<T>, "response" | "status">,
): HttpResponse<T> {
  const { status, headers, text } = answer;
  const isRedirect = answer.redirected || status === 0 || (status >= 300 && status < 400);
  if (isRedirect) throw failureOfRedirect(failed(call, answer));
  if (status < 200 || status >= 400) throw refused(settings, call, answer);
  if (expected !== undefined && status !== expected) {
    throw failureOfBody(failed(call, answer), `does not have the status ${expected}`, textOf(text));
  }
  if (parser === undefined) {
    // Something on the way answered, not the service: that proves nothing, least of all that a deletion was done.
    if (isWebPage(text, headers)) throw failureOfBody(failed(call, answer), "is a web page", text);
    return { status, headers, data: undefined as T };
  }
  if (text === TOO_LARGE) {
    throw failureOfBody(failed(call, answer), `is larger than ${settings.maxBytes} bytes`, "");
  }
  const json = parseJson(text);
  if (json === undefined) {
    throw failureOfBody(failed(call, answer), text === "" ? "is empty" : "is not JSON", text);
  }
  try {
    return { status, headers, data: parser.parse(json) };
  } catch (error) {
    throw failureOfBody(failed(call, answer), describeMisfit(error), text);
  }
}

/** By what it holds, too: some servers call every answer without a body a page, and some pages have no type. */
function isWebPage(text: Answer["text"], headers: Headers): text is string {
  if (text === TOO_LARGE || text.trim() === "") return false;
  const isTyped = /^(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.get("content-type") ?? "");
  return isTyped || /^\s*<(?:!doctype\s+html|html)\b/i.test(text);
}

function textOf(text: Answer["text"]): string {
  return text === TOO_LARGE ? "" : text;
}

function refused(settings: AnswerSettings, call: Call, answer: Answer): PolyvolError {
  const { status, headers } = answer;
  const text = textOf(answer.text);
  const { method, target } = call;
  const response: FailedResponse = { status, headers, method, target, json: parseJson(text), text };
  return failureOfAnswer(failed(call, answer), refine(settings, response), settings.now());
}

/** An answer can break what the adapter takes for granted, too; then the status alone has to do. */
function refine(settings: AnswerSettings, response: FailedResponse): FailureRefinement {
  try {
    return settings.refineFailure?.(response) ?? {};
  } catch {
    return {};
  }
}

function failed(call: Call, answer: Answer): FailedAnswer {
  const { status, headers, requestId } = answer;
  return { call, status, headers, requestId, secrets: secretsIn(answer.sent) };
}
