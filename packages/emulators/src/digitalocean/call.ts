import type { Collection, CollectionView, Keyed } from "../kit/collection.ts";
import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import { pageOf } from "./paging.ts";
import type { View } from "./render.ts";
import type { Grant } from "./scopes.ts";
import type { World } from "./world.ts";

/** One authorised request on its way to the rule that answers it. */
export interface Call {
  readonly world: World;
  readonly request: ServiceRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly grant: Grant;
  readonly now: number;
  /** What the token may see. */
  readonly view: View;
}

/** Answers a call or throws `ApiError`. */
export type Handler = (call: Call) => ServiceResponse;

/** An operation: how it is reached, what a token needs for it, and what answers it. */
export interface Operation {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** All of them are needed, unless the token has a coarse scope. */
  readonly scopes: readonly string[];
  readonly handler: Handler;
}

const JSON_HEADERS: Readonly<Record<string, string>> = { "content-type": "application/json; charset=utf-8" };

/** An answer with a body that is JSON text already. */
export function jsonText(status: number, text: string): ServiceResponse {
  return { status, headers: JSON_HEADERS, body: text };
}

/** An answer with one member that holds one resource, given as JSON text. */
export function one(status: number, member: string, text: string): ServiceResponse {
  return jsonText(status, `{"${member}":${text}}`);
}

export const NO_CONTENT: ServiceResponse = { status: 204, headers: {} };

/** One page of a list, with links and total. */
export function many<Item>(
  call: Call,
  member: string,
  items: readonly Item[],
  text: (item: Item) => string,
): ServiceResponse {
  const { request, world } = call;
  const page = pageOf(items, request, world.settings.publicUrl ?? request.origin);
  const list = page.items.map(text).join(",");
  const links = JSON.stringify(page.links);
  return jsonText(200, `{"${member}":[${list}],"links":${links},"meta":{"total":${page.total}}}`);
}

/** Where a request looks for the one that its path names: reads that are to see stale ones look at the past. */
export function readFrom<Item extends Keyed, Index extends string>(
  call: Call,
  collection: Collection<Item, Index>,
): CollectionView<Item, Index> {
  const { method, staleReadMs = 0 } = call.request;
  return staleReadMs > 0 && method === "GET" ? collection.asOf(call.now - staleReadMs) : collection;
}

/** The items that a list shows: those of now, or of some time ago when the request is to see stale ones. */
export function listed<Item extends Keyed, Index extends string>(
  call: Call,
  collection: Collection<Item, Index>,
): CollectionView<Item, Index> {
  const { staleMs } = call.request;
  return staleMs > 0 ? collection.asOf(call.now - staleMs) : collection;
}
