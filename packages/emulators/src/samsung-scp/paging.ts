import {
  type Collection,
  compareValues,
  countBefore,
  type Keyed,
  type Order,
  recordsFor,
} from "../kit/collection.ts";
import type { ServiceResponse } from "../kit/service.ts";
import { type Call, jsonText } from "./call.ts";
import { atLeast, atMost, badRequest, fieldText, invalid, notFound, oneOf, type Text } from "./responses.ts";

/** The keys that a list can be sorted by, with the value of each. */
export type SortValues<T> = Readonly<Record<string, (value: T) => string | number | boolean | null>>;

interface SortKey {
  readonly key: string;
  readonly descending: boolean;
}

export interface PageRequest {
  /** Infinite when there is no limit. */
  readonly limit: number;
  readonly offset: number;
  readonly marker: string | undefined;
  readonly withCount: boolean;
  readonly sort: readonly SortKey[];
}

export interface PageRules {
  /** Items in a page that asks for no limit; 0: all. */
  readonly defaultLimit: number;
  /** The largest limit; 0: none. */
  readonly maxLimit: number;
  /** Absent where the version has no `sort`: then it is ignored like any unknown parameter. */
  readonly sortKeys?: readonly string[] | undefined;
  /** Whether the answer counts what matches. Default true. */
  readonly hasCount?: boolean;
}

/** Newest first, as Cinder does unless told otherwise. */
const DEFAULT_SORT: readonly SortKey[] = [{ key: "created_at", descending: true }];

/** Reads the paging parameters; throws 400 naming every wrong one. */
export function readPage(
  query: URLSearchParams,
  { defaultLimit, maxLimit, sortKeys, hasCount = true }: PageRules,
): PageRequest {
  const wrong: Text[] = [];
  const asked = readInteger(query, "limit", maxLimit, wrong);
  const offset = readInteger(query, "offset", 0, wrong) ?? 0;
  const withCount = readBoolean(query, "with_count", wrong) ?? true;
  const sortText = sortKeys === undefined ? "" : (query.get("sort") ?? "");
  const sort = sortText === "" ? DEFAULT_SORT : readSort(sortText, sortKeys ?? [], wrong);
  if (wrong.length > 0) throw invalid(wrong);
  // A limit of 0 that was asked for is an empty page; as a default it means no limit.
  const limit = asked ?? (defaultLimit === 0 ? Number.POSITIVE_INFINITY : defaultLimit);
  return { limit, offset, marker: query.get("marker") || undefined, withCount: withCount && hasCount, sort };
}

/** A boolean parameter: `true`, `false` and the other spellings that the service's framework takes. */
export function readBoolean(query: URLSearchParams, name: string, wrong: Text[]): boolean | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (/^(true|1|yes|on|t|y)$/i.test(text)) return true;
  if (/^(false|0|no|off|f|n)$/i.test(text)) return false;
  wrong.push(fieldText(name, { rule: oneOf(["true", "false"]), example: "true" }));
  return undefined;
}

function readInteger(
  query: URLSearchParams,
  name: "limit" | "offset",
  maximum: number,
  wrong: Text[],
): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const example = name === "limit" ? "20" : "0";
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) wrong.push(fieldText(name, { rule: atLeast(0), example }));
  else if (maximum > 0 && value > maximum) wrong.push(fieldText(name, { rule: atMost(maximum), example }));
  else return value;
  return undefined;
}

function readSort(text: string, keys: readonly string[], wrong: Text[]): readonly SortKey[] {
  const sort: SortKey[] = [];
  for (const part of text.split(",")) {
    const [key = "", direction = "asc", ...rest] = part.trim().split(":");
    if (!keys.includes(key) || !/^(asc|desc)$/i.test(direction) || rest.length > 0) {
      wrong.push(fieldText("sort", { rule: oneOf(keys), example: "name:asc" }));
      return DEFAULT_SORT;
    }
    sort.push({ key, descending: direction.toLowerCase() === "desc" });
  }
  return sort;
}

/** What a list is of. */
export interface ListOf<T extends Keyed> {
  /** Its key in the answer. */
  readonly key: string;
  /** Everything that could match, oldest first. */
  readonly items: readonly T[];
  /** The order of `items`. */
  readonly order: Order<T>;
  /** Looks a marker up; it need not match the filters. */
  get(id: string): T | undefined;
  /** All of `items` in another order, where that is kept ready. */
  readonly sorted?: Collection<T>["sorted"] | undefined;
  readonly sortValues: SortValues<T>;
  /** The filter; absent when everything matches. */
  readonly keep?: ((item: T) => boolean) | undefined;
  /** An item as JSON text. */
  readonly text: (item: T) => string;
}

/** The collection as it is, or as it was when the list is a stale one; only what an index files, when one is given. */
export function listed<T extends Keyed & { readonly id: string }, Index extends string>(
  call: Call,
  collection: Collection<T, Index>,
  index?: readonly [name: Index, key: string],
): Pick<ListOf<T>, "items" | "order" | "get" | "sorted"> {
  const view = recordsFor(call, collection, "list");
  const items = index === undefined ? view.all() : view.by(...index);
  return {
    items,
    order: collection.order,
    get: (id) => view.get(id as Parameters<typeof view.get>[0]),
    sorted: items === collection.all() ? collection.sorted : undefined,
  };
}

/** Whether an item has the name that is asked for, as the options understand it. */
export function hasName({ options }: Call, name: string): (item: { readonly name: string }) => boolean {
  return options.nameFilter === "exact" ? (item) => item.name === name : (item) => item.name.includes(name);
}

/** The index of names, where it tells what has the name that is asked for. */
export function nameIndex(
  { options }: Call,
  name: string | undefined,
): readonly ["name", string] | undefined {
  return name === undefined || options.nameFilter !== "exact" ? undefined : ["name", name];
}

/** Cuts one page out of a list; `count` comes first in the answer, where there is one. */
export function list<T extends Keyed>(call: Call, page: PageRequest, of: ListOf<T>): ServiceResponse {
  const { goneMarker } = call.options;
  const marker = page.marker === undefined ? undefined : of.get(page.marker);
  const isEmpty = page.marker !== undefined && marker === undefined && isEmptyPage(goneMarker);
  const { sorted, order } = inOrder(of, page.sort);
  const behind = marker === undefined ? 0 : countBefore(sorted, (item) => order(item, marker) <= 0);
  const start = behind + page.offset;
  const shown = isEmpty ? [] : sorted.slice(start, start + page.limit);
  const head = page.withCount ? `{"count":${sorted.length},` : "{";
  return jsonText(200, `${head}"${of.key}":[${shown.map(of.text).join(",")}]}`);
}

/** Refuses, or tells an empty page (true) from the first one (false). */
function isEmptyPage(goneMarker: Call["options"]["goneMarker"]): boolean {
  if (goneMarker === 404) throw notFound();
  if (goneMarker === 400)
    throw badRequest({ en: "The marker could not be found.", ko: "마커를 찾을 수 없습니다." });
  return goneMarker === "empty";
}

/** Everything that matches, in the order that is asked for. */
function inOrder<T extends Keyed>(
  of: ListOf<T>,
  sort: readonly SortKey[],
): { readonly sorted: readonly T[]; readonly order: Order<T> } {
  const { items, keep } = of;
  const matching = keep === undefined ? items : items.filter(keep);
  const [first, ...more] = sort;
  if (first?.key === "created_at" && more.length === 0) {
    // In order of creation they are already.
    if (!first.descending) return { sorted: matching, order: of.order };
    return { sorted: matching.toReversed(), order: (a, b) => of.order(b, a) };
  }
  const order = orderBy(sort, of);
  const isKept = keep === undefined && of.sorted !== undefined;
  return { sorted: isKept ? of.sorted(JSON.stringify(sort), order) : matching.toSorted(order), order };
}

function orderBy<T extends Keyed>(sort: readonly SortKey[], { order, sortValues }: ListOf<T>): Order<T> {
  return (a, b) => {
    for (const { key, descending } of sort) {
      const value = sortValues[key];
      const result = value === undefined ? 0 : compareValues(value(a), value(b));
      if (result !== 0) return descending ? -result : result;
    }
    // Newest first among equals, and never two in the same place: markers rely on it.
    return order(b, a);
  };
}
