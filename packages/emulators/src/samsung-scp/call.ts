import type { ServiceResponse } from "../kit/service.ts";
import type { Caller } from "./auth.ts";
import type { Collection, Item } from "./collection.ts";
import { notFound } from "./refusals.ts";
import type { Renderer } from "./render.ts";
import type { Settings } from "./settings.ts";
import type { ResolvedVersion } from "./versions.ts";
import type { Account, World } from "./world.ts";

/** One request that has passed the gateway: signed, of a known version, permitted. */
export interface Call {
  readonly world: World;
  readonly settings: Settings;
  readonly render: Renderer;
  readonly account: Account;
  readonly caller: Caller;
  readonly version: ResolvedVersion;
  /** Milliseconds since the epoch, on the emulator's clock; the request takes place at this one instant. */
  readonly now: number;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: string;
  /** Above 0: a list answers as of that many milliseconds ago. */
  readonly staleMs: number;
  /** Above 0: the read of a single resource answers as of that many milliseconds ago. */
  readonly staleReadMs: number;
}

const JSON_TEXT: Readonly<Record<string, string>> = { "content-type": "application/json" };
const NO_HEADERS: Readonly<Record<string, string>> = {};

/** An answer whose body is JSON text already. */
export function jsonText(status: number, body: string): ServiceResponse {
  return { status, headers: JSON_TEXT, body };
}

export function json(status: number, body: unknown): ServiceResponse {
  return jsonText(status, JSON.stringify(body));
}

/** An answer without a body. */
export function empty(status: number): ServiceResponse {
  return { status, headers: NO_HEADERS };
}

/** A list under its key, with `count` first where it was asked for. */
export function list(key: string, texts: readonly string[], count: number | undefined): ServiceResponse {
  const head = count === undefined ? "{" : `{"count":${count},`;
  return jsonText(200, `${head}"${key}":[${texts.join(",")}]}`);
}

/** The item, or the 404 of the service. */
export function found<T>(item: Item<T> | undefined): Item<T> {
  if (item === undefined) throw notFound();
  return item;
}

/** The item that a read shows, or the 404 of the service: as it is now, or as it was when the read is a stale one. */
export function shown<T extends { readonly id: string; readonly createdAt: number }>(
  call: Call,
  collection: Collection<T>,
  id: string,
): Item<T> {
  if (call.staleReadMs <= 0) return found(collection.item(id));
  return found(collection.asOf(call.now - call.staleReadMs).find((item) => item.id === id));
}

/** A path parameter; the router has found it. */
export function param(call: Call, name: string): string {
  return call.params[name] ?? "";
}
