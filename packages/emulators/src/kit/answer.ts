/** What the shell sends back: one step below `ServiceResponse`, with the body already text or a stream. */
export interface Answer {
  readonly status: number;
  /** Complete but for `content-length`, which the transport adds. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; empty when there is none. Ignored when there is a `stream`. */
  readonly body: string;
  readonly stream?: AnswerStream;
}

/** A body that is not simply sent. */
export interface AnswerStream {
  /** The bytes as they go over the wire. Stops early when `signal` says that the client has gone. */
  chunks(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The bytes after content decoding, for a shell in which nobody else decodes. Default: `chunks`. */
  decoded?(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The `content-length` to announce; without it the body is chunked. */
  readonly declaredLength?: number;
  /** The connection is cut after the last chunk. */
  readonly cutAtEnd?: boolean;
}

/** No answer: the connection was refused, or cut while the client waited. */
export interface Cut {
  readonly cut: "refused" | "reset";
}

export type Outcome = Answer | Cut;

export function isCut(outcome: Outcome): outcome is Cut {
  return "cut" in outcome;
}
