import type { ServiceResponse } from "../kit/service.ts";
import type { Call } from "./call.ts";
import { badRequest, json } from "./responses.ts";

interface Listed {
  readonly id: string;
  readonly name: string | null;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly sizeGiB: number;
}

/** What a list is of. */
export interface ListOf<Item extends Listed> {
  readonly member: "volumes" | "snapshots";
  readonly items: readonly Item[];
  readonly render: (item: Item) => unknown;
  /** Filters beside those that all lists have: whether an item fits a value. */
  readonly filters: Readonly<Record<string, (item: Item, value: string) => boolean>>;
  readonly missing: (id: string) => Error;
}

const PAGING = new Set([
  "limit",
  "marker",
  "offset",
  "sort",
  "sort_key",
  "sort_dir",
  "with_count",
  "all_tenants",
]);
/** From here on unknown filters are refused; before, they are ignored. */
const STRICT_FILTERS = 31;
/** Metadata of snapshots is a filter since then. */
const SNAPSHOT_METADATA = 22;
const WITH_COUNT = 45;

/** A page of a list, newest first, by `limit` and `marker`; with a link where the page is full. */
export function list<Item extends Listed>(call: Call, of: ListOf<Item>): ServiceResponse {
  const { request, version, state, view } = call;
  const { query } = request;
  const limit = wholeOf(query.get("limit"), "limit") ?? state.options.maxPageSize;
  const offset = wholeOf(query.get("offset"), "offset") ?? 0;
  const found = sorted(filtered(call, of), query.get("sort"));
  const size = Math.min(limit, state.options.maxPageSize);
  const from = after(found, of, query.get("marker")) + offset;
  const page = found.slice(from, from + size);
  const last = page.at(-1);
  const more = last !== undefined && page.length === size;
  const next = more
    ? { [`${of.member}_links`]: [{ rel: "next", href: linkAfter(call, last.id, view.base) }] }
    : {};
  const counted = version >= WITH_COUNT && /^(?:true|1)$/i.test(query.get("with_count") ?? "");
  return json(200, {
    [of.member]: page.map(of.render),
    ...next,
    ...(counted ? { count: found.length } : {}),
  });
}

function wholeOf(text: string | null, name: string): number | undefined {
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) throw badRequest(`${name} param must be an integer`);
  if (text.startsWith("-")) throw badRequest(`${name} param must be positive`);
  return Number(text);
}

function filtered<Item extends Listed>(call: Call, of: ListOf<Item>): readonly Item[] {
  const { request, version, state } = call;
  const ignoresCase = state.options.database === "mariadb";
  const fold = (text: string): string =>
    ignoresCase ? text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trimEnd() : text;
  const filters: Record<string, (item: Item, value: string) => boolean> = {
    name: (item, value) => fold(item.name ?? "") === fold(value),
    status: (item, value) => fold(item.status) === fold(value),
    size: (item, value) => item.sizeGiB === Number(value),
    metadata: (item, value) =>
      Object.entries(pairsOf(value)).every(([key, each]) => item.metadata[key] === each),
    created_at: (item, value) => value.split(",").every((each) => comparesTo(item.createdAt, each)),
    ...of.filters,
  };
  if (of.member === "snapshots") {
    if (version < SNAPSHOT_METADATA) delete filters["metadata"];
    for (const name of ["created_at", "size"]) delete filters[name];
  }
  const given = [...request.query].filter(([name]) => !PAGING.has(name));
  const unknown = given.map(([name]) => name).filter((name) => filters[name] === undefined);
  if (unknown.length > 0 && version >= STRICT_FILTERS)
    throw badRequest(`Invalid filters ${unknown.join(", ")} are found in query options.`);
  const asked = given.flatMap(([name, value]) => {
    const fits = filters[name];
    return fits === undefined ? [] : [{ fits, value }];
  });
  return of.items.filter((item) => asked.every(({ fits, value }) => fits(item, value)));
}

/** `{"a":"1"}`, or the same in Python's spelling. */
function pairsOf(text: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(text.replaceAll("'", '"'));
  } catch {
    throw badRequest(`Invalid filters metadata are found in query options.`);
  }
}

function comparesTo(createdAt: number, condition: string): boolean {
  const [, operator = "eq", time = ""] = /^(?:(gt|gte|lt|lte|eq|neq):)?(.+)$/.exec(condition) ?? [];
  const instant = Date.parse(/Z|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);
  const difference = createdAt - instant;
  const holds = {
    gt: difference > 0,
    gte: difference >= 0,
    lt: difference < 0,
    lte: difference <= 0,
    eq: difference === 0,
    neq: difference !== 0,
  };
  return holds[operator as keyof typeof holds];
}

const SORT_KEYS = new Set(["id", "name", "status", "size", "created_at"]);

function sorted<Item extends Listed>(items: readonly Item[], sort: string | null): readonly Item[] {
  if (sort === null) return items;
  const keys = sort.split(",").map((part) => part.split(":"));
  for (const [key = "", direction = "desc"] of keys) {
    if (!SORT_KEYS.has(key)) throw badRequest("Invalid input received: Invalid sort key");
    if (!/^(?:asc|desc)$/.test(direction)) throw badRequest("Invalid input received: Invalid sort direction");
  }
  const sortValue = (item: Item, key: string): string | number =>
    ({ id: item.id, name: item.name ?? "", status: item.status, size: item.sizeGiB })[key] ?? item.createdAt;
  return items.toSorted((a, b) => {
    for (const [key = "", direction] of keys) {
      const [left, right] = [sortValue(a, key), sortValue(b, key)];
      if (left !== right) return left < right === (direction === "asc") ? -1 : 1;
    }
    return 0;
  });
}

/** The place behind a marker. One that is gone is not found; one of another project looks like the end. */
function after<Item extends Listed>(items: readonly Item[], of: ListOf<Item>, marker: string | null): number {
  if (marker === null) return 0;
  const place = items.findIndex(({ id }) => id === marker);
  if (place === -1) throw of.missing(marker);
  return place + 1;
}

/** Built from the scheme and host of the request, as the service does; repeats the offset, with what comes of it. */
function linkAfter({ request }: Call, id: string, base: string): string {
  const query = new URLSearchParams([...request.query].filter(([name]) => name !== "marker"));
  query.set("marker", id);
  return `${base}${request.path}?${query}`;
}
