import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { createControl } from "./control.ts";
import type { Emulator, Listener, ListenOptions } from "./emulator-types.ts";
import type { Exchange } from "./exchange.ts";
import { createHostCheck, hostName, isLoopbackName } from "./host-check.ts";
import { decodePath, rawPath } from "./router.ts";
import {
  httpDate,
  isCut,
  type ResponseStream,
  type SentResponse,
  type ServedResponse,
} from "./served-response.ts";
import type { ServiceRequest } from "./service.ts";

/** A request from a socket. What is seldom asked for is computed when it is asked for. */
function createRequest(
  message: IncomingMessage,
  { origin, target }: { readonly origin: string; readonly target: string },
  body: string,
): ServiceRequest {
  let path: string | undefined;
  let query: URLSearchParams | undefined;
  return {
    method: message.method ?? "GET",
    rawTarget: target,
    origin,
    headers: headersOf(message),
    body,
    staleMs: 0,
    get path() {
      path ??= decodePath(rawPath(target));
      return path;
    },
    get query() {
      query ??= new URLSearchParams(target.slice(rawPath(target).length + 1));
      return query;
    },
  };
}

function headersOf(message: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (const name in message.headers) {
    const value = message.headers[name];
    if (value !== undefined) headers.set(name, typeof value === "string" ? value : value.join(", "));
  }
  return headers;
}

/** Where a request was sent: `host` for the check, `origin` and `target` for the service. */
function addressOf(message: IncomingMessage): { host: string; origin: string; target: string } {
  const target = message.url ?? "/";
  const absolute = /^(https?:\/\/([^/?#]*))(.*)$/i.exec(target.startsWith("/") ? "" : target);
  if (absolute === null) {
    const host = message.headers.host ?? "";
    return { host, origin: `http://${host}`, target };
  }
  const [, origin = "", host = "", rest = ""] = absolute;
  return { host, origin, target: rest.startsWith("/") ? rest : `/${rest}` };
}

async function sendStream(
  response: ServerResponse,
  sent: SentResponse,
  stream: ResponseStream,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const length = stream.declaredLength;
  const headers = length === undefined ? sent.headers : { ...sent.headers, "content-length": length };
  response.writeHead(sent.status, headers);
  if (stream.cutAtEnd !== true) {
    await pipeline(stream.chunks(gone.signal), response);
    return;
  }
  await pipeline(stream.chunks(gone.signal), response, { end: false });
  // Once this empty piece is out, so is what came before it.
  response.write("", () => response.destroy());
}

/** Sends a response to the client, or ends the connection without one. */
function send(message: IncomingMessage, response: ServerResponse, served: ServedResponse): void {
  if (isCut(served)) {
    message.socket.resetAndDestroy();
    return;
  }
  response.sendDate = false;
  const { status, headers, body, stream } = served;
  if (stream !== undefined && message.method !== "HEAD") {
    // It ends this way when the client leaves in the middle, which is the client's affair.
    sendStream(response, served, stream).catch(() => response.destroy());
    return;
  }
  if (status === 204 || status === 304) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(message.method === "HEAD" ? undefined : body);
}

/** A response of the server itself, not of the provider. Clients of many providers look for `message`. */
function plain(status: number, message: string, now: number): SentResponse {
  const headers = { date: httpDate(now), "content-type": "application/json", connection: "close" };
  return { status, headers, body: JSON.stringify({ error: message, message }) };
}

function hasBody(message: IncomingMessage): boolean {
  const length = message.headers["content-length"];
  return length === undefined ? message.headers["transfer-encoding"] !== undefined : length !== "0";
}

function readBody(message: IncomingMessage, limit: number, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  message.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else if (size - chunk.length <= limit) {
      chunks.length = 0;
      done(undefined);
    }
  });
  message.on("end", () => {
    if (size <= limit) done(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString());
  });
}

/** True for a client on this machine that addressed it as such, and not through a name that a proxy passes on. */
function isLocal(message: IncomingMessage, host: string): boolean {
  return isLoopbackName(message.socket.remoteAddress ?? "") && isLoopbackName(hostName(host) ?? "");
}

/** Puts an emulator on a port. */
export function listen(
  emulator: Emulator,
  exchange: Exchange,
  options: ListenOptions = {},
): Promise<Listener> {
  const { port = 0, host = "127.0.0.1", control = true, maxBodyBytes = 10 * 1024 * 1024 } = options;
  const hostAllowed = createHostCheck([host, ...(options.publicHosts ?? [])]);
  const cors = createCors(options.corsOrigins ?? []);
  const controls = control ? createControl(emulator) : undefined;
  const now = (): number => emulator.clock.now();

  function respond(
    request: ServiceRequest,
    message: IncomingMessage,
    host: string,
  ): ServedResponse | Promise<ServedResponse> {
    if (controls?.owns(request.rawTarget) !== true) {
      const preflight = cors.preflight(message, httpDate(now()));
      if (preflight !== undefined) return preflight;
      const served = exchange(request);
      return served instanceof Promise
        ? served.then((late) => cors.allow(message, late))
        : cors.allow(message, served);
    }
    return isLocal(message, host)
      ? controls.handle(request)
      : plain(403, "the control path answers only on this machine", now());
  }

  const server = createServer((message, response) => {
    const address = addressOf(message);
    if (!hostAllowed(address.host)) {
      send(
        message,
        response,
        plain(421, "this host name is not served here; add it as a public host", now()),
      );
      return;
    }
    const answer = (body: string | undefined): void => {
      if (body === undefined) {
        send(message, response, plain(413, `the body is longer than ${maxBodyBytes} bytes`, now()));
        return;
      }
      const served = respond(createRequest(message, address, body), message, address.host);
      if (served instanceof Promise) {
        served.then(
          (late) => send(message, response, late),
          (error: unknown) => send(message, response, plain(500, String(error), now())),
        );
      } else send(message, response, served);
    };
    if (hasBody(message)) readBody(message, maxBodyBytes, answer);
    else answer("");
  });
  // Idle connections stay open: a server that closes one just as a client reuses it would be a fault nobody asked for.
  server.keepAliveTimeout = 0;
  server.on("clientError", (_error, socket) => socket.destroy());

  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const bound = server.address();
      const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
      resolve({
        url: `http://${urlHost(host)}:${boundPort}`,
        port: boundPort,
        close: () =>
          new Promise<void>((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** How a client on this machine names the bound address. */
function urlHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** Lets pages of other origins use an emulator, as a provider does that browsers may call (CORS). */
interface Cors {
  /** The answer to a browser that asks whether it may send a request; `undefined` for every other request. */
  preflight(message: IncomingMessage, now: string): SentResponse | undefined;
  /** The answer with leave for the page to read it, all its headers included. */
  allow(message: IncomingMessage, served: ServedResponse): ServedResponse;
}

/** @param origins Such as `http://localhost:5173`, or `*` for every one */
function createCors(origins: readonly string[]): Cors {
  function allowed({ headers: { origin } }: IncomingMessage): string | undefined {
    return origin !== undefined && (origins.includes("*") || origins.includes(origin)) ? origin : undefined;
  }

  return {
    preflight(message, now) {
      const { "access-control-request-method": method, "access-control-request-headers": wanted } =
        message.headers;
      const origin = allowed(message);
      if (message.method !== "OPTIONS" || method === undefined || origin === undefined) return undefined;
      const headers = {
        date: now,
        "access-control-allow-origin": origin,
        "access-control-allow-methods": method,
        "access-control-allow-headers": wanted ?? "",
        "access-control-max-age": "600",
        vary: "origin, access-control-request-method, access-control-request-headers",
      };
      return { status: 204, headers, body: "" };
    },
    allow(message, served) {
      const origin = allowed(message);
      if (origin === undefined || isCut(served)) return served;
      const { vary } = served.headers;
      const own = {
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "*",
        vary: vary === undefined ? "origin" : `${vary}, origin`,
      };
      return { ...served, headers: { ...served.headers, ...own } };
    },
  };
}
