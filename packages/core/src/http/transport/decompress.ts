import type { Readable, TransformCallback, Transform as TransformStream } from "node:stream";
import type { Inflate, InflateRaw, ZlibOptions } from "node:zlib";

const { pipeline, Transform } = process.getBuiltinModule("node:stream");

/** Codings beyond this are an attack, not an answer. */
const MOST_CODINGS = 5;

/**
 * What a body is once its codings are undone, the last one first. With one that is unknown it is passed as it came.
 * @throws Error `Z_TOO_MANY_CODINGS`
 */
export function decompress(body: Readable, encoding: string | null): Readable {
  const decoders = encoding === null ? [] : decodersFor(encoding);
  const last = decoders.at(-1);
  if (last === undefined) return body;
  // Whoever reads the last one hears of a failure of any.
  pipeline([body, ...decoders], () => undefined);
  return last;
}

function decodersFor(encoding: string): TransformStream[] {
  const codings = encoding.toLowerCase().split(",");
  if (codings.length > MOST_CODINGS) {
    throw Object.assign(new Error("too many content codings"), { code: "Z_TOO_MANY_CODINGS" });
  }
  const decoders: TransformStream[] = [];
  for (const coding of codings.map((each) => each.trim()).reverse()) {
    if (coding === "identity" || coding === "") continue;
    const decoder = decoderFor(coding);
    if (decoder === undefined) return [];
    decoders.push(decoder);
  }
  return decoders;
}

function decoderFor(coding: string): TransformStream | undefined {
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

/**
 * Undoes the coding "deflate", which some servers send without the head that it should have: the first byte tells, as
 * it does for the platform's own fetch.
 */
class InflateWithOrWithoutHead extends Transform {
  readonly #options: ZlibOptions;
  #inner: Inflate | InflateRaw | undefined;

  constructor(options: ZlibOptions) {
    super();
    this.#options = options;
  }

  override _transform(chunk: Uint8Array, encoding: BufferEncoding, done: TransformCallback): void {
    this.#inner ??= this.#choose(chunk[0] ?? 0);
    this.#inner.write(chunk, encoding, done);
  }

  override _flush(done: TransformCallback): void {
    const inner = this.#inner;
    if (inner === undefined) {
      done();
      return;
    }
    inner.once("end", () => done());
    inner.end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner?.destroy();
    done(error);
  }

  #choose(first: number): Inflate | InflateRaw {
    const { createInflate, createInflateRaw } = process.getBuiltinModule("node:zlib");
    // The lower half of a head's first byte is 8, the method.
    const inner = (first & 0x0f) === 8 ? createInflate(this.#options) : createInflateRaw(this.#options);
    inner.on("data", (chunk: Uint8Array) => this.push(chunk));
    inner.on("error", (error) => this.destroy(error));
    return inner;
  }
}
