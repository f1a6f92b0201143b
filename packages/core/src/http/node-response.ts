import type { IncomingMessage } from "node:http";
import { pipeline, type Readable, type Transform } from "node:stream";
import { InflateWithOrWithoutHead } from "./inflate.ts";

/** The start of a body, or all of it. */
export interface BodyChunks {
  readonly chunks: readonly Uint8Array[];
  readonly complete: boolean;
}

/** An answer, whichever way the request took. */
export type IncomingResponse = Response | NodeResponse;

/** Codings beyond this are an attack, not an answer. */
const MOST_CODINGS = 5;

/**
 * An answer that came by `node:http`: what this client reads of a `Response`, without the streams of the web platform,
 * which cost more than the request itself.
 */
export class NodeResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly redirected = false;
  readonly type = "basic";
  readonly headers: Headers;
  readonly #message: IncomingMessage;
  #source: Readable | undefined;
  #failure: unknown;

  constructor(message: IncomingMessage) {
    const status = message.statusCode ?? 0;
    this.#message = message;
    this.status = status;
    this.ok = status >= 200 && status < 300;
    this.headers = headersOf(message.rawHeaders);
    // The connection can break before anybody reads.
    message.on("error", (error) => this.fail(error));
  }

  /** Says why the body breaks off; the first word counts. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  /** The body after decompression. Reading stops at once behind `maxBytes`, and the connection is given up. */
  readChunks(maxBytes: number): Promise<BodyChunks> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const source = this.#decoded();
      const chunks: Uint8Array[] = [];
      let size = 0;
      source.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size <= maxBytes) return;
        resolve({ chunks, complete: false });
        this.discard();
      });
      let ended = false;
      source.on("end", () => {
        ended = true;
        resolve({ chunks, complete: true });
      });
      source.on("error", (error) => reject(this.#failure ?? error));
      // The last word where a stream ends without one of its own.
      source.on("close", () => {
        if (!ended) reject(this.#failure ?? cutOff());
      });
    });
  }

  /** Gives up the body, and the connection with it. */
  discard(): void {
    this.#source?.destroy();
    this.#message.destroy();
  }

  #decoded(): Readable {
    const decoders = decodersFor(this.headers.get("content-encoding"));
    const last = decoders.at(-1);
    this.#source = last ?? this.#message;
    if (last !== undefined) pipeline([this.#message, ...decoders], ignore);
    return this.#source;
  }
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(raw[index] as string, raw[index + 1] as string);
  }
  return headers;
}

/** What undoes the codings, the last one first; none where one is unknown: then the body is passed as it came. */
function decodersFor(encoding: string | null): Transform[] {
  if (encoding === null) return [];
  const codings = encoding.toLowerCase().split(",");
  if (codings.length > MOST_CODINGS) throw unreadable("Z_TOO_MANY_CODINGS", "too many content codings");
  const decoders: Transform[] = [];
  for (const coding of codings.map((each) => each.trim()).reverse()) {
    if (coding === "identity" || coding === "") continue;
    const decoder = decoderFor(coding);
    if (decoder === undefined) return [];
    decoders.push(decoder);
  }
  return decoders;
}

function decoderFor(coding: string): Transform | undefined {
  const { constants, createBrotliDecompress, createGunzip } = process.getBuiltinModule("node:zlib");
  // As browsers do: a body that lacks its end mark is given out as far as it goes.
  const zlib = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  const brotli = {
    flush: constants.BROTLI_OPERATION_FLUSH,
    finishFlush: constants.BROTLI_OPERATION_FLUSH,
  };
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return createGunzip(zlib);
    case "deflate":
      return new InflateWithOrWithoutHead(zlib);
    case "br":
      return createBrotliDecompress(brotli);
    default:
      return undefined;
  }
}

function cutOff(): Error {
  return unreadable("ECONNRESET", "aborted");
}

function unreadable(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function ignore(): void {}
