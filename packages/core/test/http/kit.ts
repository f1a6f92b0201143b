/** What the tests of the HTTP client share: a server on loopback that does as it is told, and a call's context. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import type { CallContext, DriverEvent } from "@polyvol/core/driver";
import { createHttpClient, type HttpClient, type HttpClientOptions } from "@polyvol/core/http";
import { afterEach, beforeEach, describe, onTestFinished, vi } from "vitest";

export interface SeenRequest {
  readonly method: string;
  /** As it came over the wire. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface TestServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** Connections open now. */
  connections(): Promise<number>;
  /** Connections opened so far. */
  readonly opened: number;
  close(): Promise<void>;
}

export type Handler = (request: SeenRequest, response: ServerResponse) => void | Promise<void>;

/**
 * A server that had a port a while ago, in this process, may be distrusted, and its port be given again. For what tells of
 * kept connections, that is an hour ago, until the test ends.
 */
export function longAfterOtherServers(): void {
  const now = performance.now.bind(performance);
  const later = vi.spyOn(performance, "now").mockImplementation(() => now() + 3_600_000);
  onTestFinished(() => later.mockRestore());
}

/** Serves until the test ends. */
export async function serve(handler: Handler): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Uint8Array);
    } catch {
      return;
    }
    const { method = "", url: target = "", headers } = request;
    const one = { method, target, headers, body: Buffer.concat(chunks).toString() };
    seen.push(one);
    response.on("error", () => undefined);
    await handler(one, response);
  });
  let opened = 0;
  server.on("connection", () => {
    opened += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> => stop(server);
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    get opened() {
      return opened;
    },
    close,
  };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  // The platform's fetch hears of it, too: it keeps connections by their ports, and the next server may get this one.
  await settle();
}

/** Answers with JSON. */
export function json(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

export interface TestContext extends CallContext {
  readonly events: readonly DriverEvent[];
}

export function makeContext(over: Partial<CallContext> = {}): TestContext {
  const events: DriverEvent[] = [];
  return {
    operation: "volumes.test",
    abortSignal: new AbortController().signal,
    remainingMs: () => Number.POSITIVE_INFINITY,
    emit: (event) => events.push(event),
    events,
    ...over,
  };
}

export const TOKEN = "planted-Token-0123456789-abcdef";

/** How requests can go out: what chooses each. */
const TRANSPORTS = {
  "node:http": {},
  fetch: { fetch: (input, init) => globalThis.fetch(input, init) },
} satisfies Readonly<Record<string, Pick<HttpClientOptions, "fetch">>>;

export type TransportName = keyof typeof TRANSPORTS;

let transport: Pick<HttpClientOptions, "fetch"> = {};

/** Runs the tests of `suite` once over each transport: clients that are made in them send by it. */
export function describeTransports(suite: (name: TransportName) => void): void {
  describe.each(Object.keys(TRANSPORTS) as TransportName[])("by %s", (name) => {
    beforeEach(() => {
      transport = TRANSPORTS[name];
    });
    afterEach(() => {
      transport = {};
    });
    suite(name);
  });
}

export function makeClient(baseUrl: string, over: Partial<HttpClientOptions> = {}): HttpClient {
  return createHttpClient({
    provider: "testcloud",
    baseUrl,
    authorize: (request) => {
      request.headers["authorization"] = `Bearer ${TOKEN}`;
    },
    ...transport,
    ...over,
  });
}

/** Takes any JSON. */
export const anything: { parse(value: unknown): unknown } = { parse: (value) => value };

/** A read, and a change. */
export const GET = { method: "GET", path: "/v1/things", response: anything } as const;
export const POST = { method: "POST", path: "/v1/things", body: {}, response: anything } as const;

/** Lets everything that can run now run. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A server that is handed each connection once something was asked, to answer in bytes. */
export async function serveRaw(answer: (socket: Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
