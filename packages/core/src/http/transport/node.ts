import type { AgentOptions, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { onAbort } from "../../abort.ts";
import type { ResponseHeaders } from "../types.ts";
import { TransportFailure, type TransportRequest, type TransportResponse } from "./contract.ts";
import { type KeptConnections, keepConnections } from "./kept-connections.ts";
import { NodeBody } from "./node-body.ts";

/** As long as the platform's own fetch gives a connection. */
const CONNECT_TIMEOUT_MS = 10_000;
/** What the platform's fetch says of itself where the caller says nothing. */
const OWN_HEADERS = { "user-agent": "node", "accept-encoding": "gzip, deflate, br" };
const MOST_ORIGINS = 64;

/** One failure, one name, whichever transport met it. */
const SAME_CODES: Readonly<Record<string, string>> = { HPE_HEADER_OVERFLOW: "UND_ERR_HEADERS_OVERFLOW" };

/** Not imported: an ES import of `node:http` reads all it exports, and so loads the platform's client for WebSockets. */
const http = process.getBuiltinModule("node:http");

interface Origin {
  readonly options: RequestOptions;
  /** Its functions are looked up at each request, so that whoever stands in for them (msw) is heard. */
  readonly module: Pick<typeof http, "request" | "globalAgent">;
  readonly kept: KeptConnections;
}

const origins = new Map<string, Origin>();

/**
 * Sends by `node:http` or `node:https` on the global agents, which keep connections alive and know the proxies of the
 * environment. What breaks off is a {@link TransportFailure}.
 */
export async function sendByNode(request: TransportRequest): Promise<TransportResponse> {
  const { url } = request;
  const slash = url.indexOf("/", "https://".length);
  const origin = originOf(slash < 0 ? url : url.slice(0, slash));
  const checked = origin.kept.check(request.needsNewConnection, request.method === "GET");
  if (checked !== undefined) await checked;
  return await send(origin, slash < 0 ? "/" : url.slice(slash), request);
}

function send(origin: Origin, path: string, request: TransportRequest): Promise<TransportResponse> {
  const { signal, progress } = request;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const proxy = proxyOf(origin);
    if (proxy !== undefined) progress.proxy = proxy;
    progress.connected = false;
    const sent = open(origin, path, request);
    const stopListening = onAbort(signal, (reason) => {
      reject(reason);
      sent.destroy();
    });
    origin.kept.follow(sent, signal);
    sent.on("socket", (socket) => {
      progress.connected = !socket.connecting;
      if (progress.connected) return;
      // Handed over before it stands, it goes past the proxy, as NO_PROXY may ask for.
      delete progress.proxy;
      limitConnecting(sent, socket, () => {
        progress.connected = true;
      });
    });
    let body: NodeBody | undefined;
    sent.on("response", (message) => {
      const response = toResponse(message);
      body = response.body;
      resolve(response);
    });
    sent.on("error", (error) => {
      const failure = new TransportFailure(withSameCode(error), progress.connected === true);
      body?.fail(failure);
      reject(failure);
    });
    sent.on("close", () => {
      stopListening();
      // The last word where there is neither an answer nor an error, as after a switch of protocols.
      if (body === undefined) reject(new TransportFailure(noAnswer(), true));
    });
    sent.end(request.body);
  });
}

function toResponse(message: IncomingMessage): TransportResponse & { readonly body: NodeBody } {
  const headers = headersOf(message);
  const body = new NodeBody(message, headers.get("content-encoding"));
  return { status: message.statusCode ?? 0, headers, body, discard: () => body.discard() };
}

/** The platform's own `Headers` bring all of its `fetch`, which takes longer to load than a request takes. */
function headersOf({ rawHeaders }: IncomingMessage): ResponseHeaders {
  // Names and values in turns. Few are asked for, so they are looked for among all, which makes nothing for each answer.
  const get = (name: string): string | null => {
    let value: string | null = null;
    for (let at = 0; at < rawHeaders.length; at += 2) {
      if (!isSameName(rawHeaders[at] ?? "", name)) continue;
      const each = rawHeaders[at + 1] ?? "";
      value = value === null ? each : `${value}, ${each}`;
    }
    return value;
  };
  return { has: (name) => get(name) !== null, get };
}

function isSameName(one: string, other: string): boolean {
  return one.length === other.length && (one === other || one.toLowerCase() === other.toLowerCase());
}

function open(
  { options, module }: Origin,
  path: string,
  { method, headers, body, progress }: TransportRequest,
): ClientRequest {
  const all: Record<string, string | number> = { ...OWN_HEADERS, ...headers };
  if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
  // Only this bounds what a proxy takes to connect; until it has, there is no socket that could be watched.
  const bound = agentOptions(module).timeout ?? CONNECT_TIMEOUT_MS;
  const timeout = progress.proxy === undefined ? {} : { timeout: bound };
  return module.request({ ...options, ...timeout, method, path, headers: all });
}

function agentOptions({ globalAgent }: Origin["module"]): AgentOptions {
  return (globalAgent as { readonly options?: AgentOptions }).options ?? {};
}

/** Host and port of the proxy of the environment, where the agent has one. Of its address nothing else may be shown. */
function proxyOf({ options, module }: Origin): string | undefined {
  const { proxyEnv } = agentOptions(module);
  const name = options.protocol === "https:" ? "https_proxy" : "http_proxy";
  const address = proxyEnv?.[name] || proxyEnv?.[name.toUpperCase()];
  return address ? URL.parse(address)?.host : undefined;
}

function originOf(origin: string): Origin {
  let known = origins.get(origin);
  if (known === undefined) {
    const { urlToHttpOptions } = process.getBuiltinModule("node:url");
    const { protocol, hostname, port } = urlToHttpOptions(new URL(origin));
    const options = { protocol, hostname, ...(port ? { port } : {}) } as RequestOptions;
    // TLS takes twice as long to load as all of HTTP: who speaks to loopback only does without it.
    const module = protocol === "https:" ? process.getBuiltinModule("node:https") : http;
    known = { options, module, kept: keepConnections(() => module.globalAgent) };
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
  return Object.assign(new Error("the connection ended without an answer"), { code: "ECONNRESET" });
}

function withSameCode(error: Error & { code?: string }): Error {
  const same = SAME_CODES[error.code ?? ""];
  return same === undefined ? error : Object.assign(error, { code: same });
}
