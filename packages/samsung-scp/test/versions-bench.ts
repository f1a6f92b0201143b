import { PolyvolError, type VersionEvent } from "@polyvol/core";
import { type CallContext, createVirtualClock, type VirtualClock } from "@polyvol/core/driver";
import type { HttpClient, HttpRequest, HttpResponse } from "@polyvol/core/http";
import {
  createVersionedClient,
  type SamsungScpApiVersion,
  type VersionedClient,
  type VersionedRequest,
} from "../src/api-versions.ts";

/** A version as the service lists it. */
export interface Listed {
  readonly id: string;
  readonly status?: string;
  readonly not_before?: string;
}

/** The reference pages' table, with the dates as the list spells them. */
export const DOCUMENTED: readonly Listed[] = [
  { id: "v1.3", status: "CURRENT", not_before: "" },
  { id: "v1.2", status: "SUPPORTED", not_before: "2026-08-31" },
  { id: "v1.1", status: "DEPRECATED", not_before: "2026-05-31" },
  { id: "v1.0", status: "DEPRECATED", not_before: "2025-12-31" },
];

/** How the service is, and the client. */
export interface Setup {
  readonly list?: readonly Listed[];
  readonly today?: string;
  readonly apiVersion?: "negotiate" | SamsungScpApiVersion;
  readonly versionWarningDays?: number;
  /** The versions that an operation accepts. Default: all. */
  readonly accepts?: Readonly<Record<string, readonly string[]>>;
}

/** A client with what it has sent and told. */
export interface Bench {
  readonly client: VersionedClient;
  readonly clock: VirtualClock;
  readonly sent: string[];
  readonly events: Omit<VersionEvent, "provider" | "operation">[];
  readonly context: CallContext;
  list: readonly Listed[];
  /** Stands in for the reading of the list. */
  onList: (context: CallContext) => Promise<void>;
  send(operation: string, feature?: VersionedRequest<undefined>["feature"]): Promise<unknown>;
}

/** A client over a service that is a function. */
export function bench(setup: Setup = {}): Bench {
  const {
    list = DOCUMENTED,
    today = "2026-06-15",
    apiVersion = "negotiate",
    versionWarningDays = 90,
  } = setup;
  const clock = createVirtualClock(Date.parse(today));
  const sent: string[] = [];
  const events: Bench["events"] = [];
  const http: HttpClient = {
    serverTime: undefined,
    requestsLeft: undefined,
    send: async <T>(request: HttpRequest<T>, context: CallContext): Promise<HttpResponse<T>> => {
      const answer = (data: unknown): HttpResponse<T> => ({
        status: 200,
        headers: new Headers(),
        data: data as T,
      });
      if (request.path === "/") {
        sent.push(
          `list ${request.authorized === false ? "unsigned" : "signed"} ${JSON.stringify(request.headers ?? {})}`,
        );
        await made.onList(context);
        return answer(request.response?.parse({ versions: made.list }));
      }
      const version = request.headers?.["Scp-Api-Version"]?.replace(/^virtualserver /, "") ?? "none";
      sent.push(`${request.path} ${version}`);
      if (setup.accepts?.[request.path]?.includes(version) === false) {
        throw new PolyvolError("unsupported", "no such version", { status: 406, requestId: "req-1" });
      }
      return answer(undefined);
    },
  };
  const context = contextWith(new AbortController().signal, events);
  const client = createVersionedClient(http, { apiVersion, versionWarningDays, clock });
  const made: Bench = {
    client,
    clock,
    sent,
    events,
    context,
    list,
    onList: async () => undefined,
    send: (operation, feature) =>
      client.send(
        { operation, method: "GET", path: operation, ...(feature === undefined ? {} : { feature }) },
        context,
      ),
  };
  return made;
}

/** A call whose events are kept. */
export function contextWith(abortSignal: AbortSignal, events: Bench["events"]): CallContext {
  const emit: CallContext["emit"] = (event) => {
    if (event.type === "version") events.push(event);
  };
  return { operation: "test", abortSignal, remainingMs: () => Number.POSITIVE_INFINITY, emit };
}
