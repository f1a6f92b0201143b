import type { IncomingMessage } from "node:http";
import type { ServiceRequest } from "./service.ts";

/** A request from a socket. What is seldom asked for is computed when it is asked for. */
export class NodeRequest implements ServiceRequest {
  readonly method: string;
  readonly rawTarget: string;
  readonly origin: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly staleMs = 0;
  #path: string | undefined;
  #query: URLSearchParams | undefined;

  constructor(message: IncomingMessage, address: { origin: string; target: string }, body: string) {
    this.method = message.method ?? "GET";
    this.rawTarget = address.target;
    this.origin = address.origin;
    this.headers = headersOf(message);
    this.body = body;
  }

  get path(): string {
    if (this.#path === undefined) {
      const raw = rawPath(this.rawTarget);
      try {
        this.#path = decodeURIComponent(raw);
      } catch {
        this.#path = raw;
      }
    }
    return this.#path;
  }

  get query(): URLSearchParams {
    if (this.#query === undefined) {
      const mark = this.rawTarget.indexOf("?");
      this.#query = new URLSearchParams(mark === -1 ? "" : this.rawTarget.slice(mark + 1));
    }
    return this.#query;
  }
}

/** The path of a request target as it came over the wire, without the query. */
export function rawPath(target: string): string {
  const mark = target.indexOf("?");
  return mark === -1 ? target : target.slice(0, mark);
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
export function addressOf(message: IncomingMessage): { host: string; origin: string; target: string } {
  const target = message.url ?? "/";
  const absolute = /^(https?:\/\/([^/?#]*))(.*)$/i.exec(target.startsWith("/") ? "" : target);
  if (absolute === null) {
    const host = message.headers.host ?? "";
    return { host, origin: `http://${host}`, target };
  }
  const [, origin = "", host = "", rest = ""] = absolute;
  return { host, origin, target: rest.startsWith("/") ? rest : `/${rest}` };
}
