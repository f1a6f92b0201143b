import type { Call } from "./call.ts";
import { badRequest, refusal } from "./responses.ts";

/** What every resource that lists hold can be found by. */
export interface Filterable {
  readonly name: string | null;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly shownMetadata?: Readonly<Record<string, string>>;
}

/** What a filter's value asks of an item. Throws what the service says of a value that it cannot read. */
export type Filter<Item> = (value: string, call: Call) => (item: Item) => boolean;

/** From here on unknown filters are refused; before, they are ignored. */
export const STRICT_FILTERS = 31;
const CONSUMES_QUOTA = 65;

/** Since then lists count what fits, where they are asked to; before, that is a filter that nobody knows. */
export const WITH_COUNT = 45;

const PAGING = ["limit", "marker", "offset", "sort", "sort_key", "sort_dir"];

/** Items that fit every filter of the query. `filters`: those beside name, status, metadata and quota. */
export function filtered<Item extends Filterable>(
  call: Call,
  items: readonly Item[],
  filters: Readonly<Record<string, Filter<Item>>>,
): readonly Item[] {
  const fold = folding(call);
  const all: Readonly<Record<string, Filter<Item>>> = {
    // What has no name fits none, the empty one included.
    name: (value) => (item) => item.name !== null && fold(item.name) === fold(value),
    status: (value) => (item) => fold(item.status) === fold(value),
    metadata: metadataFilter,
    consumes_quota: quotaFilter,
    ...filters,
  };
  // Of a parameter that comes twice, the service takes the first for itself, and the second for a filter.
  const rest = new Set(call.version < WITH_COUNT ? PAGING : [...PAGING, "with_count"]);
  const given = [...call.request.query].filter(([name]) => name !== "all_tenants" && !rest.delete(name));
  const unknown = given.map(([name]) => name).filter((name) => all[name] === undefined);
  if (unknown.length > 0 && call.version >= STRICT_FILTERS)
    throw badRequest(`Invalid filters ${unknown.join(",")} are found in query options.`);
  const asked = given.flatMap(([name, value]) => all[name]?.(value, call) ?? []);
  return items.filter((item) => asked.every((fits) => fits(item)));
}

/** Items of which a value is the one that is asked for. */
export function equals<Item>(read: (item: Item, call: Call) => string | undefined): Filter<Item> {
  return (wanted, call) => (item) => read(item, call) === wanted;
}

/** All pairs that are asked for. */
export function metadataFilter(value: string): (item: Filterable) => boolean {
  const pairs = pairsOf(value);
  return ({ metadata, shownMetadata }) =>
    pairs !== undefined &&
    Object.entries(pairs).every(([key, each]) => metadata[key] === each || shownMetadata?.[key] === each);
}

/** Everything here counts for the quota. */
export const quotaFilter: Filter<Filterable> = since(CONSUMES_QUOTA, (value) => {
  const wanted = booleanOf("use_quota", value);
  return () => wanted;
});

/** A filter that older microversions pass over. */
export function since<Item>(minor: number, filter: Filter<Item>): Filter<Item> {
  return (value, call) => (call.version < minor ? () => true : filter(value, call));
}

/** How the database compares texts. */
function folding({ state }: Call): (text: string) => string {
  if (state.options.database !== "mariadb") return (text) => text;
  return (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trimEnd();
}

/** `{"a":"1"}`, or the same in Python's spelling; `undefined` for what is neither, which nothing fits. */
function pairsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.replaceAll("'", '"'));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The service's reading of a flag in a query. */
export function booleanOf(name: string, text: string): boolean {
  if (/^(?:false|0|no|off|f|n)$/i.test(text)) return false;
  if (/^(?:true|1|yes|on|t|y)$/i.test(text)) return true;
  throw badRequest(`Value '${text}' for '${name}' is not a boolean.`);
}

/** From here on `bootable` is a flag; before, all but three spellings of false meant true. */
const STRICT_BOOTABLE = 2;

/** The flag that volumes are filtered by. */
export function bootableOf(text: string, { version }: Call): boolean {
  if (version < STRICT_BOOTABLE) return !/^(?:False|false|FALSE|)$/.test(text);
  try {
    return booleanOf("bootable", text);
  } catch {
    throw refusal(400, `Invalid input received: 'bootable = ${text}'`);
  }
}

/** `gt:TIME`, or several: the service takes what fits one of them. `name` is that of the filter. */
export function comparesTo(conditions: string, name: string): (instant: number | null) => boolean {
  const asked = conditions.split(",").map((condition) => {
    const [, operator = "", time = ""] = /^([^:]*):?(.*)$/.exec(condition) ?? [];
    const holds = OPERATORS[operator];
    if (holds === undefined) throw badRequest(`Invalid ${operator} operator`);
    const wanted = Date.parse(/Z|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);
    if (Number.isNaN(wanted)) throw badRequest(`Invalid ${time === "" ? name : time} value`);
    return (instant: number) => holds(instant - wanted);
  });
  return (instant) => instant !== null && asked.some((holds) => holds(instant));
}

const OPERATORS: Readonly<Record<string, (difference: number) => boolean>> = {
  gt: (difference) => difference > 0,
  gte: (difference) => difference >= 0,
  lt: (difference) => difference < 0,
  lte: (difference) => difference <= 0,
  eq: (difference) => difference === 0,
  neq: (difference) => difference !== 0,
};
