import type { PolyvolError } from "../errors.ts";
import {
  describeMisfit,
  failureOfBody,
  failureOfRedirect,
  failureOfResponse,
  type UnusableResponse,
} from "./failure.ts";
import { secretsIn } from "./redact.ts";
import type { PreparedRequest } from "./request.ts";
import type { TransportResponse } from "./transport/contract.ts";
import type {
  FailedResponse,
  FailureRefinement,
  HttpRequest,
  HttpResponse,
  ResponseHeaders,
  ResponseParser,
} from "./types.ts";

/** Stands for a body that is larger than its bound; nothing of it is kept. */
export const TOO_LARGE: unique symbol = Symbol("too large");

/** A response that was read to the end. */
export interface ReadResponse {
  readonly request: PreparedRequest;
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly requestId: string | undefined;
  readonly text: string | typeof TOO_LARGE;
  /** `false`: it is no UTF-8, and what of it is none stands in the text as U+FFFD. */
  readonly isUtf8: boolean;
  /** As sent; only read to keep its secrets out of messages. */
  readonly sent: Readonly<Record<string, string>>;
}

export interface ResponseSettings {
  readonly maxBytes: number;
  readonly refineFailure: ((response: FailedResponse) => FailureRefinement) | undefined;
  readonly now: () => number;
  /** Whether the parser would give back what it is given: then the copy is not made. Loaded with the first request. */
  isTakenUnchanged?: (parser: ResponseParser<unknown>, json: unknown) => boolean;
}

/**
 * The whole body as text, unless it is larger than `maxBytes` after decompression: then reading stops at once and the
 * connection is given up.
 */
export async function readText(
  response: TransportResponse,
  maxBytes: number,
): Promise<Pick<ReadResponse, "text" | "isUtf8">> {
  const declared = response.headers.get("content-length") ?? "";
  if (/^\d+$/.test(declared) && Number(declared) > maxBytes) {
    response.discard();
    return { text: TOO_LARGE, isUtf8: true };
  }
  const { chunks, size } = await readChunks(response, maxBytes);
  if (size > maxBytes) return { text: TOO_LARGE, isUtf8: true };
  const bytes = concatenate(chunks, size);
  try {
    return { text: STRICT_UTF_8.decode(bytes), isUtf8: true };
  } catch {
    return { text: UTF_8.decode(bytes), isUtf8: false };
  }
}

/** The first `maxBytes` of the body as text; what lies beyond is not read. */
export async function readStart(response: TransportResponse, maxBytes: number): Promise<string> {
  const { chunks, size } = await readChunks(response, maxBytes);
  return UTF_8.decode(concatenate(chunks, size).subarray(0, maxBytes));
}

const UTF_8 = new TextDecoder();
const STRICT_UTF_8 = new TextDecoder("utf-8", { fatal: true });

interface Chunks {
  readonly chunks: readonly Uint8Array[];
  readonly size: number;
}

/** The body as far as the chunk that goes beyond `maxBytes`. */
async function readChunks(response: TransportResponse, maxBytes: number): Promise<Chunks> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > maxBytes) break;
    }
  } catch (error) {
    response.discard();
    throw error;
  }
  return { chunks, size };
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/**
 * Parses JSON. Keys that could change an object's prototype when a careless copy is made are left out; looking for them
 * costs a search of the text, and only a text that has them is walked.
 * @returns `undefined` (which JSON itself cannot be) when the text is not JSON
 */
function parseJson(text: string): unknown {
  try {
    // A part of the key, because engines look for up to six characters by a faster way; more texts are walked than need be.
    return text.includes("proto_") || text.includes("\\u00")
      ? JSON.parse(text, (key, value) => (key === "__proto__" ? undefined : value))
      : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The data of a response.
 * @throws PolyvolError what the response means where it is no success, or where its body is not what it must be
 */
export function parseResponse<T>(
  settings: ResponseSettings,
  response: ReadResponse,
  { response: parser, status: expected }: Pick<HttpRequest<T>, "response" | "status">,
): HttpResponse<T> {
  const { status, headers, text } = response;
  if (status === 0 || (status >= 300 && status < 400)) throw failureOfRedirect(unusable(response));
  if (status < 200 || status >= 400) throw refused(settings, response);
  if (expected !== undefined && status !== expected) {
    throw unfit(settings, response, `does not have the status ${expected}`);
  }
  if (parser === undefined) {
    // Something on the way answered, not the service: that proves nothing, least of all that a deletion was done.
    if (isWebPage(text, headers)) throw failureOfBody(unusable(response), "is a web page", text);
    const contradiction = failureOfErrorBody(settings, response);
    if (contradiction !== undefined) throw contradiction;
    return { status, headers, data: undefined as T };
  }
  if (text === TOO_LARGE) {
    throw failureOfBody(unusable(response), `is larger than ${settings.maxBytes} bytes`, "");
  }
  const json = response.isUtf8 ? parseJson(text) : undefined;
  if (json === undefined) {
    const what = response.isUtf8 ? (text === "" ? "is empty" : "is not JSON") : "is not JSON in UTF-8";
    throw failureOfBody(unusable(response), what, text);
  }
  try {
    const isUnchanged = settings.isTakenUnchanged?.(parser, json) === true;
    return { status, headers, data: isUnchanged ? (json as T) : parser.parse(json) };
  } catch (error) {
    throw unfit(settings, response, describeMisfit(error, json));
  }
}

/** The error of an answer that is not what it must be: by the service's own words where it is one of its errors. */
function unfit(settings: ResponseSettings, response: ReadResponse, detail: string): PolyvolError {
  return (
    failureOfErrorBody(settings, response) ?? failureOfBody(unusable(response), detail, textOf(response))
  );
}

/**
 * A status of success with an error of the service in the body, which its own code tells from all else. Status and body
 * contradict each other, so neither is believed: what was done is not known.
 */
function failureOfErrorBody(settings: ResponseSettings, response: ReadResponse): PolyvolError | undefined {
  const { reason, providerCode, requestId } = refine(settings, response);
  if (reason === undefined || providerCode === undefined) return undefined;
  return failureOfBody(unusable(response), `holds an error: ${reason}`, "", { providerCode, requestId });
}

/** By what it holds, too: some servers call JSON, or an answer without a body, a page, and some pages have no type. */
function isWebPage(text: ReadResponse["text"], headers: ResponseHeaders): text is string {
  if (text === TOO_LARGE || /^\s*(?:[{[]|$)/.test(text)) return false;
  const isTyped = /^(?:text\/html|application\/xhtml\+xml)\b/i.test(headers.get("content-type") ?? "");
  return isTyped || /^\s*<(?:!doctype\s+html|html)\b/i.test(text);
}

function textOf({ text }: ReadResponse): string {
  return text === TOO_LARGE ? "" : text;
}

function refused(settings: ResponseSettings, response: ReadResponse): PolyvolError {
  const refinement = refine(settings, response);
  const { text, headers } = response;
  const page = isWebPage(text, headers) ? text : undefined;
  return failureOfResponse(unusable(response), refinement, settings.now(), page);
}

/** A response can break what the adapter takes for granted, too; then the status alone has to do. */
function refine({ refineFailure }: ResponseSettings, response: ReadResponse): FailureRefinement {
  const { request, status, headers } = response;
  const { method, target } = request;
  const text = textOf(response);
  try {
    return refineFailure?.({ status, headers, method, target, json: parseJson(text), text }) ?? {};
  } catch {
    return {};
  }
}

function unusable(response: ReadResponse): UnusableResponse {
  const { request, status, headers, requestId } = response;
  return { request, status, headers, requestId, secrets: secretsIn(response.sent) };
}
