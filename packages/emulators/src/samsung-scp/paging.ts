import { type Collection, countBefore, type Keyed, type Order, recordsFor } from "../kit/collection.ts";
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
}

/** Newest first, as Cinder does unless told otherwise. */
const DEFAULT_SORT: readonly SortKey[] = [{ key: "created_at", descending: true }];

/** Reads the paging parameters; throws 400 naming every wrong one. */
export function readPage(
  query: URLSearchParams,
  { defaultLimit, maxLimit, sortKeys }: PageRules,
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
  return { limit, offset, marker: query.get("marker") || undefined, withCount, sort };
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

export interface Source<T extends Keyed> {
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
  readonly goneMarker: 400 | 404 | "empty" | "first";
}

/** The collection as it is, or as it was when the list is a stale one; only what an index files, when one is given. */
export function listed<T extends Keyed & { readonly id: string }, Index extends string>(
  call: Call,
  collection: Collection<T, Index>,
  index?: readonly [name: Index, key: string],
): Pick<Source<T>, "items" | "order" | "get" | "sorted"> {
  const view = recordsFor(call, collection, "list");
  const items = index === undefined ? view.all() : view.by(...index);
  return {
    items,
    order: collection.order,
    get: (id) => view.get(id as Parameters<typeof view.get>[0]),
    sorted: items === collection.all() ? collection.sorted : undefined,
  };
}

interface Page<T> {
  readonly items: readonly T[];
  /** Of everything that matches, whatever the page; undefined when it was not asked for. */
  readonly count: number | undefined;
}

/** Cuts one page out of a list. */
export function selectPage<T extends Keyed>(source: Source<T>, page: PageRequest): Page<T> {
  const { items, keep } = source;
  const marker = page.marker === undefined ? undefined : source.get(page.marker);
  const isEmpty = page.marker !== undefined && marker === undefined && isEmptyPage(source.goneMarker);
  const [first, ...more] = page.sort;
  if (first?.key === "created_at" && more.length === 0) {
    // In order of creation, so that a page costs what it shows.
    const count = page.withCount ? (keep === undefined ? items : items.filter(keep)).length : undefined;
    return { items: isEmpty ? [] : walk(source, page, first.descending, marker), count };
  }
  const order = orderBy(page.sort, source);
  const matching = keep === undefined ? items : items.filter(keep);
  const sorted =
    keep === undefined && source.sorted !== undefined
      ? source.sorted(JSON.stringify(page.sort), order)
      : matching.toSorted(order);
  const behind = marker === undefined ? 0 : countBefore(sorted, (item) => order(item, marker) <= 0);
  const start = behind + page.offset;
  return {
    items: isEmpty ? [] : sorted.slice(start, start + page.limit),
    count: page.withCount ? matching.length : undefined,
  };
}

/** Refuses, or tells an empty page (true) from the first one (false). */
function isEmptyPage(goneMarker: Source<Keyed>["goneMarker"]): boolean {
  if (goneMarker === 404) throw notFound();
  if (goneMarker === 400)
    throw badRequest({ en: "The marker could not be found.", ko: "마커를 찾을 수 없습니다." });
  return goneMarker === "empty";
}

/** A page in order of creation. */
function walk<T extends Keyed>(
  { items, order, keep }: Source<T>,
  { limit, offset }: PageRequest,
  descending: boolean,
  marker: T | undefined,
): readonly T[] {
  const step = descending ? -1 : 1;
  let index = descending ? items.length - 1 : 0;
  if (marker !== undefined)
    index = descending
      ? countBefore(items, (item) => order(item, marker) < 0) - 1
      : countBefore(items, (item) => order(item, marker) <= 0);
  let skip = offset;
  if (keep === undefined) {
    index += step * skip;
    skip = 0;
  }
  const page: T[] = [];
  for (
    let item = items[index];
    item !== undefined && page.length < limit;
    index += step, item = items[index]
  ) {
    if (keep !== undefined && !keep(item)) continue;
    if (skip > 0) skip -= 1;
    else page.push(item);
  }
  return page;
}

function orderBy<T extends Keyed>(sort: readonly SortKey[], { order, sortValues }: Source<T>): Order<T> {
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

function compareValues(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

/** A list under its key, with `count` first where there is one. The items are JSON text already. */
export function list(key: string, texts: readonly string[], count?: number): ServiceResponse {
  const head = count === undefined ? "{" : `{"count":${count},`;
  return jsonText(200, `${head}"${key}":[${texts.join(",")}]}`);
}
