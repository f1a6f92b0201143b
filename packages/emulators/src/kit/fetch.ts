import type { Fetch } from "./emulator-types.ts";
import type { Exchange } from "./exchange.ts";
import { decodePath } from "./router.ts";
import { isCut, type ResponseStream, type ServedResponse } from "./served-response.ts";
import type { ServiceRequest } from "./service.ts";

async function toServiceRequest(request: Request): Promise<ServiceRequest> {
  const url = new URL(request.url);
  return {
    method: request.method.toUpperCase(),
    rawTarget: url.pathname + url.search,
    origin: url.origin,
    path: decodePath(url.pathname),
    query: url.searchParams,
    headers: new Map(request.headers),
    body: request.body === null ? "" : await request.text(),
    staleMs: 0,
  };
}

/** What a client sees when there is no answer: the same error as from the global `fetch`. */
function networkError(code: string, message: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

function toBody(stream: ResponseStream): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const chunks = (stream.decoded ?? stream.chunks).call(stream, gone.signal)[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done !== true) controller.enqueue(value);
      else if (stream.cutAtEnd === true) controller.error(new TypeError("terminated"));
      else controller.close();
    },
    async cancel() {
      gone.abort();
      await chunks.return?.();
    },
  });
}

function toResponse(served: ServedResponse, method: string): Response {
  if (isCut(served)) {
    throw served.cut === "refused"
      ? networkError("ECONNREFUSED", "connect ECONNREFUSED")
      : networkError("ECONNRESET", "read ECONNRESET");
  }
  const { status, headers, body, stream } = served;
  const bodyless = method === "HEAD" || status === 204 || status === 205 || status === 304;
  const content = bodyless ? null : stream === undefined ? body : toBody(stream);
  return new Response(content, { status, headers: { ...headers } });
}

function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/**
 * Puts an exchange behind the interface of `fetch`. Aborting rejects at once, as in a real client; what the
 * emulator was about to do with the request still happens.
 */
export function createFetch(exchange: Exchange): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal, method } = request;
    signal.throwIfAborted();
    const served = exchange(await toServiceRequest(request));
    if (!(served instanceof Promise)) return toResponse(served, method);
    return toResponse(await orAborted(served, signal), method);
  };
}
