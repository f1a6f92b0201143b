import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { decompress } from "./decompress.ts";

/**
 * The body of an answer after decompression. Node's own iterator of a stream does the same, takes longer than a small
 * answer, and says less of what broke the connection.
 */
export class NodeBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage;
  readonly #encoding: string | null;
  #source: Readable | undefined;
  #failure: unknown;
  #ended = false;
  #wake = (): void => {};

  constructor(message: IncomingMessage, encoding: string | null) {
    this.#message = message;
    this.#encoding = encoding;
    // The connection can break before anybody reads.
    message.on("error", (error) => this.fail(error));
  }

  /** Says why the body breaks off; the first word counts. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      this.#source ??= this.#open();
      const chunk: Uint8Array | null = this.#source.read();
      if (chunk !== null) return { value: chunk, done: false };
      if (this.#ended) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.discard();
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Gives up what was not read, and the connection with it. */
  discard(): void {
    this.#source?.destroy();
    this.#message.destroy();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #open(): Readable {
    const source = decompress(this.#message, this.#encoding);
    source.on("readable", () => this.#wake());
    source.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    source.on("error", (error) => this.fail(error));
    // The last word where a stream ends without one of its own.
    source.on("close", () => {
      if (!this.#ended) this.fail(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
    });
    return source;
  }
}
