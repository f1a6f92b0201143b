import type { ClientRequest, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { urlToHttpOptions } from "node:url";
import { NodeResponse } from "./node-response.ts";

/** The parts of a request, exactly as they go out. */
export interface NodeRequestParts {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Belongs to this request alone: what listens to it is not taken off. */
  readonly signal: AbortSignal;
}

/** As long as the platform's own fetch gives a connection. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What the platform's fetch says of itself where the caller says nothing. */
const OWN_HEADERS = { "user-agent": "node", "accept-encoding": "gzip, deflate, br" };
const MOST_ORIGINS = 64;

/** One failure, one name, whichever way the request took. */
const SAME_CODES: Readonly<Record<string, string>> = { HPE_HEADER_OVERFLOW: "UND_ERR_HEADERS_OVERFLOW" };

/** Why a handshake failed, in the words of OpenSSL; the code says only that it did. */
const TLS_REASON = /:error:[0-9A-F]+:SSL routines:[^:]*:([\w /]+):/;

/** Not imported: an ES import of `node:http` reads all it exports, and so loads the platform's client for WebSockets. */
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

const origins = new Map<string, RequestOptions>();

/**
 * Sends one request by `node:http` or `node:https` on the global agents, which keep connections alive. Redirects are
 * answers like others. Rejects with `signal.reason`, or with the error of the connection and its code.
 */
export function nodeFetch(url: string, parts: NodeRequestParts): Promise<NodeResponse> {
  const { signal, body } = parts;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const request = open(url, parts);
    signal.addEventListener("abort", () => {
      reject(signal.reason);
      request.destroy();
    });
    request.on("socket", (socket) => limitConnecting(request, socket));
    let response: NodeResponse | undefined;
    request.on("response", (message) => {
      response = new NodeResponse(message);
      resolve(response);
    });
    request.on("error", (thrown) => {
      const error = withSameCode(thrown);
      response?.fail(error);
      reject(error);
    });
    request.end(body);
  });
}

function open(url: string, { method, headers, body }: NodeRequestParts): ClientRequest {
  const slash = url.indexOf("/", "https://".length);
  const origin = slash < 0 ? url : url.slice(0, slash);
  const all: Record<string, string | number> = { ...OWN_HEADERS, ...headers };
  if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
  const path = slash < 0 ? "/" : url.slice(slash);
  const options = { ...originOf(origin), method, path, headers: all };
  return origin.startsWith("https:") ? https.request(options) : http.request(options);
}

function originOf(origin: string): RequestOptions {
  let known = origins.get(origin);
  if (known === undefined) {
    const { protocol, hostname, port } = urlToHttpOptions(new URL(origin));
    known = { protocol, hostname, ...(port ? { port } : {}) } as RequestOptions;
    if (origins.size >= MOST_ORIGINS) origins.clear();
    origins.set(origin, known);
  }
  return known;
}

/** Before a connection stands nothing was sent, and the error must be able to say so. */
function limitConnecting(request: ClientRequest, socket: Socket): void {
  if (!socket.connecting) return;
  const timer = setTimeout(() => {
    const error = new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`);
    request.destroy(Object.assign(error, { code: "UND_ERR_CONNECT_TIMEOUT" }));
  }, CONNECT_TIMEOUT_MS);
  const stop = (): void => clearTimeout(timer);
  socket.once("encrypted" in socket ? "secureConnect" : "connect", stop);
  socket.once("close", stop);
}

function withSameCode(error: Error & { code?: string }): Error {
  const { code = "", message } = error;
  const reason = code === "EPROTO" ? TLS_REASON.exec(message)?.[1] : undefined;
  const same =
    reason === undefined ? SAME_CODES[code] : `ERR_SSL_${reason.replaceAll(" ", "_").toUpperCase()}`;
  return same === undefined ? error : Object.assign(error, { code: same });
}
