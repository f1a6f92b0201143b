import { type Collection, compareValues, countBefore, type Order, recordsFor } from "../kit/collection.ts";
import type { ServiceResponse } from "../kit/service.ts";
import type { Call } from "./call.ts";
import { booleanOf, type Filter, type Filterable, filtered, WITH_COUNT } from "./filters.ts";
import { badRequest, json } from "./responses.ts";

interface Listed extends Filterable {
  readonly id: string;
  readonly projectId: string;
  readonly createdAt: number;
}

type SortValue = string | number | null;

/** What a list is of. */
export interface ListOf<Item extends Listed> {
  readonly member: "volumes" | "snapshots";
  readonly collection: Collection<Item, "project">;
  readonly render: (item: Item) => unknown;
  /** Filters beside those that all lists have. */
  readonly filters: Readonly<Record<string, Filter<Item>>>;
  /** What the list can be sorted by, besides id and time of creation. */
  readonly sortKeys: Readonly<Record<string, (item: Item) => SortValue>>;
  readonly missing: (id: string) => Error;
}

/** A page of a list, newest first, by `limit` and `marker`; with a link where the page is full. */
export function list<Item extends Listed>(call: Call, of: ListOf<Item>): ServiceResponse {
  const { request, projectId, version, state, view } = call;
  const { query } = request;
  const limit = wholeOf(query.get("limit"), "limit param must be", "positive") ?? state.options.maxPageSize;
  const offset = wholeOf(query.get("offset"), "offset must be", ">= 0") ?? 0;
  const order = orderOf(query);
  const counted = version >= WITH_COUNT && booleanOf("with_count", query.get("with_count") ?? "false");
  const records = recordsFor(call, of.collection, "list");
  const fitting = filtered(call, records.by("project", projectId), of.filters);
  const compare = comparison(order, of.sortKeys);
  const found = fitting.toSorted(compare);
  const size = Math.min(limit, state.options.maxPageSize);
  const from = placeBehind(call, of, found, compare) + offset;
  const page = found.slice(from, from + size);
  const last = page.at(-1);
  const more = last !== undefined && page.length === size;
  const next = more
    ? { [`${of.member}_links`]: [{ rel: "next", href: linkAfter(call, last.id, view.base) }] }
    : {};
  return json(200, {
    [of.member]: page.map(of.render),
    ...next,
    ...(counted ? { count: found.length } : {}),
  });
}

function wholeOf(text: string | null, mustBe: string, least: string): number | undefined {
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) throw badRequest(`${mustBe} an integer`);
  if (text.startsWith("-")) throw badRequest(`${mustBe} ${least}`);
  return Number(text);
}

interface SortKey {
  readonly key: string;
  readonly direction: string;
}

/** What a query asks to sort by: `sort=name:asc,size`, or `sort_key` and `sort_dir`, which are older. */
function orderOf(query: URLSearchParams): readonly SortKey[] {
  const sort = query.get("sort");
  const [key, direction] = [query.get("sort_key"), query.get("sort_dir")];
  if (sort === null) return [{ key: key ?? "created_at", direction: direction ?? "desc" }];
  if (key !== null || direction !== null)
    throw badRequest(
      "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.",
    );
  return sort.split(",").map((part) => {
    const [key = "", direction = ""] = part.split(":");
    return { key: key.trim(), direction: direction.trim() || "desc" };
  });
}

/** What ties in all keys goes by time of creation and id, in the direction of the first key. */
function comparison<Item extends Listed>(
  order: readonly SortKey[],
  sortKeys: ListOf<Item>["sortKeys"],
): Order<Item> {
  const values: ListOf<Item>["sortKeys"] = {
    id: ({ id }) => id,
    created_at: ({ createdAt }) => createdAt,
    ...sortKeys,
  };
  if (order.some(({ direction }) => !/^(?:asc|desc)$/.test(direction)))
    throw badRequest("Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.");
  const ties = ["created_at", "id"].map((key) => ({ key, direction: order[0]?.direction ?? "desc" }));
  const rules = [...order, ...ties].map(({ key, direction }) => {
    const sortValue = values[key];
    if (sortValue === undefined) throw badRequest("Invalid input received: Invalid sort key");
    return { sortValue, sign: direction === "asc" ? 1 : -1 };
  });
  return (a, b) => {
    for (const { sortValue, sign } of rules) {
      const difference = compareValues(sortValue(a), sortValue(b));
      if (difference !== 0) return sign * difference;
    }
    return 0;
  };
}

/** The place behind the marker, which the service looks for by its id alone: it need not fit the filters. */
function placeBehind<Item extends Listed>(
  call: Call,
  of: ListOf<Item>,
  found: readonly Item[],
  compare: Order<Item>,
): number {
  const id = call.request.query.get("marker");
  if (id === null) return 0;
  const records = recordsFor(call, of.collection, "list");
  const marker = records.get(id as Parameters<typeof records.get>[0]);
  if (marker?.projectId === call.projectId) return countBefore(found, (item) => compare(item, marker) <= 0);
  // A volume of another project looks like the end.
  if (marker !== undefined && of.member === "volumes") return found.length;
  throw of.missing(id);
}

/** Built from the scheme and host of the request, as the service does; repeats the offset, with what comes of it. */
function linkAfter({ request }: Call, id: string, base: string): string {
  const query = new URLSearchParams([...request.query].filter(([name]) => name !== "marker"));
  query.set("marker", id);
  return `${base}${request.path}?${query}`;
}
