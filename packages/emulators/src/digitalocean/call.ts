import type { ServiceRequest, ServiceResponse } from "../kit/service.ts";
import type { Grant } from "./auth.ts";
import type { View } from "./render.ts";
import type { State } from "./state.ts";

/** One authorised request on its way to the rule that answers it. */
export interface Call {
  readonly state: State;
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

const DEFAULT_PER_PAGE = 20;
const MAX_PER_PAGE = 200;

/**
 * One page of a list, cut by `page` and `per_page`, with links and total. Sizes above 200 count as 200; a page past the end
 * is empty and links back.
 */
export function many<Item>(
  call: Call,
  member: string,
  items: readonly Item[],
  text: (item: Item) => string,
): ServiceResponse {
  const { query } = call.request;
  const perPage = Math.min(positive(query.get("per_page"), DEFAULT_PER_PAGE), MAX_PER_PAGE);
  const page = positive(query.get("page"), 1);
  const from = (page - 1) * perPage;
  const list = items
    .slice(from, from + perPage)
    .map(text)
    .join(",");
  const links = JSON.stringify(linksOf(call, page, Math.max(1, Math.ceil(items.length / perPage))));
  return jsonText(200, `{"${member}":[${list}],"links":${links},"meta":{"total":${items.length}}}`);
}

/** A number of 1 or more, or the fallback for anything else. */
function positive(text: string | null, fallback: number): number {
  return text !== null && /^\d{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : fallback;
}

/** The `links` member: empty when everything is on one page. */
function linksOf({ request, state }: Call, page: number, last: number): object {
  const { origin, path, query } = request;
  const base = (state.options.publicUrl ?? origin) + path.replace(/\/$/, "");
  const link = (number: number): string => {
    const kept = new URLSearchParams({ page: String(number) });
    const size = query.get("per_page");
    if (size !== null) kept.set("per_page", size);
    for (const [name, value] of query) if (name !== "page" && name !== "per_page") kept.append(name, value);
    return `${base}?${kept}`;
  };
  const back = page > 1 ? { first: link(1), prev: link(Math.min(page - 1, last)) } : {};
  const on = page < last ? { next: link(page + 1), last: link(last) } : {};
  return page > 1 || page < last ? { pages: { ...back, ...on } } : {};
}
