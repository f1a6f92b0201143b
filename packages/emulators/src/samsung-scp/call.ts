import { type Collection, type Keyed, recordsFor } from "../kit/collection.ts";
import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import type { ResolvedVersion } from "./api-versions.ts";
import type { Caller } from "./auth.ts";
import type { ResolvedOptions } from "./options.ts";
import type { Renderer } from "./render.ts";
import { notFound } from "./responses.ts";
import type { Account, State } from "./state.ts";

/** One request that has passed the gateway: signed, of a known version, permitted. */
export interface Call {
  readonly state: State;
  readonly options: ResolvedOptions;
  readonly render: Renderer;
  readonly account: Account;
  readonly caller: Caller;
  readonly version: ResolvedVersion;
  /** Milliseconds since the epoch, on the emulator's clock; the request takes place at this one instant. */
  readonly now: number;
  readonly params: Readonly<Record<string, string>>;
  readonly request: ServiceRequest;
}

/** Answers a call or throws `ApiError`. */
export type Handler = (call: Call) => ServiceResponse;

const JSON_HEADERS: Readonly<Record<string, string>> = { "content-type": "application/json" };

/** A response whose body is JSON text already. */
export function jsonText(status: number, body: string): ServiceResponse {
  return { status, headers: JSON_HEADERS, body };
}

export function json(status: number, body: unknown): ServiceResponse {
  return jsonText(status, JSON.stringify(body));
}

/** A response without a body. */
export function empty(status: number): ServiceResponse {
  return { status, headers: {} };
}

/** The resource, or the 404 of the service. */
export function found<T>(resource: T | undefined): T {
  if (resource === undefined) throw notFound();
  return resource;
}

/** The resource that a read shows: as it is now, or as it was when the read is a stale one (fault "stale-read"). */
export function shown<T extends Keyed, Index extends string>(
  call: Call,
  collection: Collection<T, Index>,
  id: Parameters<Collection<T, Index>["get"]>[0],
): T {
  return found(recordsFor(call, collection, "one").get(id));
}

/** A path parameter; the router has found it. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? "";
}
