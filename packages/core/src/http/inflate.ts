import { Transform, type TransformCallback } from "node:stream";
import type { Inflate, InflateRaw, ZlibOptions } from "node:zlib";

/**
 * Undoes the coding "deflate", which some servers send without the head that it should have: the first byte tells, as
 * it does for the platform's own fetch.
 */
export class InflateWithOrWithoutHead extends Transform {
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
