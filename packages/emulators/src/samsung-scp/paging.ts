import { type Collection, type Item, positionOf } from "./collection.ts";
import type { Text } from "./errors.ts";
import { atLeast, atMost, type Field, fieldText, oneOf } from "./fields.ts";
import { badRequest, invalid, notFound } from "./refusals.ts";

/** The keys that a list can be sorted by, with the value of each. */
export type SortValues<T> = Readonly<Record<string, (value: T) => string | number | boolean | null>>;

export interface SortKey {
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
  readonly sortKeys?: readonly string[];
}

/** Newest first, as Cinder does unless told otherwise. */
const DEFAULT_SORT: readonly SortKey[] = [{ key: "created_at", descending: true }];

/** Reads the paging parameters; throws 400 naming every wrong one. */
export function readPage(query: URLSearchParams, rules: PageRules): PageRequest {
  const wrong: Text[] = [];
  const limit = readInteger(query, "limit", rules.maxLimit, wrong) ?? rules.defaultLimit;
  const offset = readInteger(query, "offset", 0, wrong) ?? 0;
  const withCount = readBoolean(query, "with_count", wrong) ?? true;
  const sortText = rules.sortKeys === undefined ? "" : (query.get("sort") ?? "");
  const sort = sortText === "" ? DEFAULT_SORT : readSort(sortText, rules.sortKeys ?? [], wrong);
  if (wrong.length > 0) throw invalid(wrong);
  // A limit of 0 that was asked for is an empty page; as a default it means no limit.
  const unlimited = limit === 0 && !query.get("limit");
  return {
    limit: unlimited ? Number.POSITIVE_INFINITY : limit,
    offset,
    marker: query.get("marker") || undefined,
    withCount,
    sort,
  };
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

export interface Selection<T> {
  readonly items: readonly Item<T>[];
  /** Of everything that matches, whatever the page; undefined when it was not asked for. */
  readonly count: number | undefined;
}

export interface Source<T> {
  /** Everything that could match, oldest first. */
  readonly items: readonly Item<T>[];
  /** Where a marker is looked up: it need not match the filters. */
  find(id: string): Item<T> | undefined;
  /** All of `items` in another order, where that is kept ready; `by` names the order. */
  readonly sorted?: (by: string, compare: (a: Item<T>, b: Item<T>) => number) => readonly Item<T>[];
  readonly keep: ((value: T) => boolean) | undefined;
  readonly sortValues: SortValues<T>;
  readonly goneMarker: 400 | 404 | "empty" | "first";
}

/** Cuts one page out of a list. */
export function selectPage<T>(source: Source<T>, page: PageRequest): Selection<T> {
  const { keep } = source;
  const { marker, withCount } = page;
  const markerItem = marker === undefined ? undefined : source.find(marker);
  const empty = marker !== undefined && markerItem === undefined && isEmptyPage(source.goneMarker);
  const only = page.sort.length === 1 ? page.sort[0] : undefined;
  const countAll = (items: readonly Item<T>[]): number =>
    keep === undefined ? items.length : items.reduce((sum, { value }) => (keep(value) ? sum + 1 : sum), 0);
  if (only?.key === "created_at") {
    const items = empty ? [] : walk(source.items, keep, page, only.descending, markerItem);
    return { items, count: withCount ? countAll(source.items) : undefined };
  }
  const compare = comparison(page.sort, source.sortValues);
  const matching = keep === undefined ? source.items : source.items.filter(({ value }) => keep(value));
  const sorted =
    keep === undefined && source.sorted !== undefined
      ? source.sorted(JSON.stringify(page.sort), compare)
      : matching.toSorted(compare);
  const start = (markerItem === undefined ? 0 : behind(sorted, markerItem, compare)) + page.offset;
  return {
    items: empty ? [] : sorted.slice(start, start + page.limit),
    count: withCount ? matching.length : undefined,
  };
}

/** The index of the first item after `marker`, which need not be among them. */
function behind<T>(
  sorted: readonly Item<T>[],
  marker: Item<T>,
  compare: (a: Item<T>, b: Item<T>) => number,
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && compare(item, marker) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The list as it is, of one group if asked for; or all of it as it was `staleMs` ago. */
export function listSource<T extends { readonly id: string; readonly createdAt: number }>(
  collection: Collection<T>,
  now: number,
  staleMs: number,
  group?: readonly [kind: string, key: string],
): Pick<Source<T>, "items" | "find" | "sorted"> {
  if (staleMs <= 0) {
    const find = (id: string): Item<T> | undefined => collection.item(id);
    if (group !== undefined) return { items: collection.group(...group), find };
    return { items: collection.ordered, find, sorted: (by, compare) => collection.sorted(by, compare) };
  }
  const items = collection.asOf(now - staleMs);
  return { items, find: (id) => items.find((item) => item.id === id) };
}

/** In order of creation, so that a page costs what it shows. */
function walk<T>(
  items: readonly Item<T>[],
  keep: ((value: T) => boolean) | undefined,
  { limit, offset }: PageRequest,
  descending: boolean,
  marker: Item<T> | undefined,
): readonly Item<T>[] {
  const step = descending ? -1 : 1;
  let index = descending ? items.length - 1 : 0;
  if (marker !== undefined) {
    const position = positionOf(items, marker);
    index = descending ? position - 1 : items[position]?.id === marker.id ? position + 1 : position;
  }
  let skip = offset;
  if (keep === undefined) {
    index += step * skip;
    skip = 0;
  }
  const page: Item<T>[] = [];
  for (
    let item = items[index];
    item !== undefined && page.length < limit;
    index += step, item = items[index]
  ) {
    if (keep !== undefined && !keep(item.value)) continue;
    if (skip > 0) skip -= 1;
    else page.push(item);
  }
  return page;
}

/** Refuses, or tells an empty page (true) from the first one (false). */
function isEmptyPage(goneMarker: Source<unknown>["goneMarker"]): boolean {
  if (goneMarker === 404) throw notFound();
  if (goneMarker === 400)
    throw badRequest({ en: "The marker could not be found.", ko: "마커를 찾을 수 없습니다." });
  return goneMarker === "empty";
}

function comparison<T>(sort: readonly SortKey[], values: SortValues<T>): (a: Item<T>, b: Item<T>) => number {
  return (a, b) => {
    for (const { key, descending } of sort) {
      const value = values[key];
      const order = value === undefined ? 0 : compareValues(value(a.value), value(b.value));
      if (order !== 0) return descending ? -order : order;
    }
    // Newest first among equals, and never two in the same place: markers rely on it.
    return b.created - a.created || b.seq - a.seq;
  };
}

function compareValues(a: string | number | boolean | null, b: string | number | boolean | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

const INTEGER: Readonly<Record<"limit" | "offset", Field>> = {
  limit: { rule: atLeast(0), example: "20" },
  offset: { rule: atLeast(0), example: "0" },
};

function readInteger(
  query: URLSearchParams,
  name: "limit" | "offset",
  maximum: number,
  wrong: Text[],
): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) wrong.push(fieldText(name, INTEGER[name]));
  else if (maximum > 0 && value > maximum)
    wrong.push(fieldText(name, { rule: atMost(maximum), example: "20" }));
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
