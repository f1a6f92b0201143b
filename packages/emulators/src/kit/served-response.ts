/** A response as the transport sends it: one step below `ServiceResponse`, its body text or a stream. */
export interface SentResponse {
  readonly status: number;
  /** Complete but for `content-length`, which the transport adds. Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body; empty when there is none. Ignored when there is a `stream`. */
  readonly body: string;
  readonly stream?: ResponseStream;
}

/** A body that is not simply sent. */
export interface ResponseStream {
  /** The bytes as they go over the wire. Stops early when `signal` says that the client has gone. */
  chunks(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The bytes after content decoding, for a transport in which nobody else decodes. Default: `chunks`. */
  decoded?(signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The `content-length` to announce; without it the body is chunked. */
  readonly declaredLength?: number;
  /** The connection is cut after the last chunk. */
  readonly cutAtEnd?: boolean;
}

/** No response: the connection was refused, or cut while the client waited. */
export interface CutConnection {
  readonly cut: "refused" | "reset";
}

/** The end of an exchange as the client sees it. */
export type ServedResponse = SentResponse | CutConnection;

export function isCut(served: ServedResponse): served is CutConnection {
  return "cut" in served;
}

/** The instant as an HTTP `Date` header value. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}
