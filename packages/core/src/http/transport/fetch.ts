import ky, { type Options } from "ky";
import type { Transport, TransportResponse } from "./contract.ts";

/** What ky would decide by itself is decided elsewhere: retries by core's calls, time limits and statuses by the client. */
const OPTIONS = { retry: 0, timeout: false, throwHttpErrors: false, redirect: "manual" } satisfies Options;

/** Sends by ky and `fetch`; absent: by the global one, looked up at each request. */
export function createFetchTransport(fetch: typeof globalThis.fetch | undefined): Transport {
  const client = ky.create(OPTIONS);
  return async ({ url, method, headers, body, signal }) => {
    const withBody = body === undefined ? {} : { body };
    const response = await client(url, {
      method,
      headers,
      signal,
      ...withBody,
      fetch: (made) => {
        signal.throwIfAborted();
        // In parts, because a `fetch` that is not the platform's own does not know the platform's `Request`.
        const request = made as Request;
        const parts = { method: request.method, headers: Object.fromEntries(request.headers), ...withBody };
        const init = { ...parts, signal: request.signal, redirect: request.redirect };
        return (fetch ?? globalThis.fetch)(request.url, init);
      },
    });
    if (!response.redirected) return received(response);
    // Another service has answered, and nothing that it says counts.
    received(response).discard();
    return received(Response.error());
  };
}

function received({ status, headers, body }: Response): TransportResponse {
  const reader = body?.getReader();
  const discard = (): void => void reader?.cancel().catch(() => undefined);
  return { status, headers, body: chunksOf(reader, discard), discard };
}

async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
  discard: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (;;) {
      const read = await reader?.read();
      if (read === undefined || read.done) return;
      yield read.value;
    }
  } finally {
    discard();
  }
}
