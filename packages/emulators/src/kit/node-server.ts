import { createServer, type IncomingMessage } from "node:http";
import type { Answer, Outcome } from "./answer.ts";
import { createControl } from "./control.ts";
import type { Emulator } from "./emulator.ts";
import type { Exchange } from "./exchange.ts";
import { createHostCheck, hostName, isLoopbackName } from "./host-check.ts";
import { httpDate } from "./http-date.ts";
import { addressOf, NodeRequest } from "./node-request.ts";
import { send } from "./node-response.ts";

/** Where and how an emulator listens. */
export interface ListenOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Address to bind. Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Names, besides loopback, that clients may put in `Host`. Anything else is answered with 421. */
  readonly publicHosts?: readonly string[] | undefined;
  /** Serves the control path `/_emulator/…` to clients on this machine. Default true. */
  readonly control?: boolean | undefined;
  /** Longest request body, in bytes; a longer one is answered with 413. Default 10 MiB. */
  readonly maxBodyBytes?: number | undefined;
}

/** A running server. */
export interface Listener {
  /** Without a trailing slash, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  /** The port that was taken. */
  readonly port: number;
  /** Stops listening and ends every connection, also those in the middle of an answer. */
  close(): Promise<void>;
}

/** An answer of the server itself, not of the provider. Clients of many providers look for `message`. */
function plain(status: number, message: string, now: number): Answer {
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
  const controls = control ? createControl(emulator) : undefined;
  const now = (): number => emulator.clock.now();

  function respond(request: NodeRequest, local: boolean): Outcome | Promise<Outcome> {
    if (controls?.owns(request.rawTarget) !== true) return exchange(request);
    return local
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
      const outcome = respond(new NodeRequest(message, address, body), isLocal(message, address.host));
      if (outcome instanceof Promise) {
        outcome.then(
          (settled) => send(message, response, settled),
          (error: unknown) => send(message, response, plain(500, String(error), now())),
        );
      } else send(message, response, outcome);
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
