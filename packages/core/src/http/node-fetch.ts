import type { ClientRequest, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { urlToHttpOptions } from "node:url";
import { type KeptConnections, keepConnections } from "./kept-connections.ts";
import { NodeResponse } from "./node-response.ts";

/** The parts of a request, exactly as they go out. */
export interface NodeRequestParts {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Whether it goes on a connection that nothing has gone on before. */
  readonly isAlone: boolean;
  /** Belongs to this request alone: what listens to it is not taken off. */
  readonly signal: AbortSignal;
}

/** As long as the platform's own fetch gives a connection. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What the platform's fetch says of itself where the caller says nothing. */
const OWN_HEADERS = { "user-agent": "node", "accept-encoding": "gzip, deflate, br" };
const MOST_ORIGINS = 64;

/** Says of an error whether the connection stood: codes alone do not tell, TLS has some of them at any time. */
export const CONNECTED: unique symbol = Symbol("connected");

/** One failure, one name, whichever way the request took. */
const SAME_CODES: Readonly<Record<string, string>> = { HPE_HEADER_OVERFLOW: "UND_ERR_HEADERS_OVERFLOW" };

/** Not imported: an ES import of `node:http` reads all it exports, and so loads the platform's client for WebSockets. */
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

interface Origin {
  readonly options: RequestOptions;
  readonly isSecure: boolean;
  readonly kept: KeptConnections;
}

const origins = new Map<string, Origin>();

/**
 * Sends one request by `node:http` or `node:https` on the global agents, which keep connections alive. Redirects are
 * answers like others. Rejects with `signal.reason`, or with the error of the connection and its code.
 */
export async function nodeFetch(url: string, parts: NodeRequestParts): Promise<NodeResponse> {
  const slash = url.indexOf("/", "https://".length);
  const origin = originOf(slash < 0 ? url : url.slice(0, slash));
  const checked = origin.kept.check(parts.isAlone, parts.method === "GET");
  if (checked !== undefined) await checked;
  return await send(origin, slash < 0 ? "/" : url.slice(slash), parts);
}

function send(origin: Origin, path: string, parts: NodeRequestParts): Promise<NodeResponse> {
  const { signal, body } = parts;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const request = open(origin, path, parts);
    signal.addEventListener("abort", () => {
      reject(signal.reason);
      request.destroy();
    });
    origin.kept.follow(request, signal);
    let connected = false;
    request.on("socket", (socket) => {
      connected = !socket.connecting;
      if (connected) return;
      limitConnecting(request, socket, () => {
        connected = true;
      });
    });
    let response: NodeResponse | undefined;
    request.on("response", (message) => {
      response = new NodeResponse(message);
      resolve(response);
    });
    request.on("error", (thrown) => {
      const error = Object.assign(withSameCode(thrown), { [CONNECTED]: connected });
      response?.fail(error);
      reject(error);
    });
    request.on("close", () => {
      // The last word where there is neither an answer nor an error, as after a switch of protocols.
      if (response === undefined) reject(noAnswer());
    });
    request.end(body);
  });
}

function open(
  { options, isSecure }: Origin,
  path: string,
  { method, headers, body }: NodeRequestParts,
): ClientRequest {
  const all: Record<string, string | number> = { ...OWN_HEADERS, ...headers };
  if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
  const whole = { ...options, method, path, headers: all };
  return isSecure ? https.request(whole) : http.request(whole);
}

function originOf(origin: string): Origin {
  let known = origins.get(origin);
  if (known === undefined) {
    const { protocol, hostname, port } = urlToHttpOptions(new URL(origin));
    const options = { protocol, hostname, ...(port ? { port } : {}) } as RequestOptions;
    known = { options, isSecure: protocol === "https:", kept: keepConnections() };
    if (origins.size >= MOST_ORIGINS) forgetOldest();
    origins.set(origin, known);
  }
  return known;
}

function forgetOldest(): void {
  for (const [name, { kept }] of origins) {
    kept.forget();
    origins.delete(name);
    return;
  }
}

/** Before a connection stands nothing was sent, and the error must be able to say so. */
function limitConnecting(request: ClientRequest, socket: Socket, onConnected: () => void): void {
  const timer = setTimeout(() => {
    const error = new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`);
    request.destroy(Object.assign(error, { code: "UND_ERR_CONNECT_TIMEOUT" }));
  }, CONNECT_TIMEOUT_MS);
  const stop = (): void => clearTimeout(timer);
  socket.once("encrypted" in socket ? "secureConnect" : "connect", () => {
    stop();
    onConnected();
  });
  socket.once("close", stop);
}

function noAnswer(): Error {
  return Object.assign(new Error("the connection ended without an answer"), {
    code: "ECONNRESET",
    [CONNECTED]: true,
  });
}

function withSameCode(error: Error & { code?: string }): Error {
  const same = SAME_CODES[error.code ?? ""];
  return same === undefined ? error : Object.assign(error, { code: same });
}
