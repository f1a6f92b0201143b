import type { HttpMethod, ResponseHeaders } from "../types.ts";

/** One request, exactly as it goes out. */
export interface TransportRequest {
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whether it goes on a connection that nothing has gone on before, where the transport can see to that. */
  readonly needsNewConnection: boolean;
  /** Belongs to this request alone. */
  readonly signal: AbortSignal;
  /** Where the transport says how far the request is, as far as it knows. */
  readonly progress: TransportProgress;
}

/** How far a request is. What is absent is not known. */
export interface TransportProgress {
  /** Whether its connection stands: before that nothing of it can have arrived. */
  connected?: boolean;
  /** Host and port of the proxy that its connection is made by. */
  proxy?: string;
}

/** An answer whose head has come. Its body is read to the end, left by leaving the loop, or discarded. */
export interface TransportResponse {
  /** 0 for a redirect that the platform hides, or has followed although it was told not to. */
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The body after decompression, read once. Leaving the loop early gives up the connection. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives up the body unread, and the connection with it. */
  discard(): void;
}

/**
 * Sends one request once and follows no redirect. Rejects with the reason of the signal, with {@link TransportFailure}
 * where it is known whether the connection stood, and otherwise with whatever the platform throws.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** A request or an answer that broke off; why is its cause. */
export class TransportFailure extends Error {
  /** Whether the connection stood: codes alone do not tell, TLS has some of them at any time. */
  readonly connected: boolean;

  constructor(cause: unknown, connected: boolean) {
    super("", { cause });
    this.connected = connected;
  }
}

/** The transport itself could not be loaded; why is its cause. No request was sent. */
export class TransportNotLoaded extends Error {
  constructor(cause: unknown) {
    super("", { cause });
  }
}
