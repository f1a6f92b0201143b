import type { ServiceRequest } from "./service.ts";

/** A record that a collection holds. Records never change: a change puts a new record in the place of the old one. */
export interface Keyed {
  readonly id: string | number;
}

/** Orders two records, as `Array.sort` takes it. Total: two records of different ids are never equal. */
export type Order<Item> = (a: Item, b: Item) => number;

/** Reads the records of one kind, as they are or as they were. The arrays are live: copy them before a change. */
export interface CollectionView<Item, Index extends string = never> {
  get(id: Item extends Keyed ? Item["id"] : never): Item | undefined;
  /** All records, in the order of the collection. */
  all(): readonly Item[];
  /** The records that an index files under `key`, in the order of the collection. */
  by(index: Index, key: string): readonly Item[];
}

export interface Collection<Item extends Keyed, Index extends string = never>
  extends CollectionView<Item, Index> {
  readonly size: number;
  /** The order of `all` and `by`. */
  readonly order: Order<Item>;
  /** Adds a record, or puts it in the place of the one of its id; `at` is when this happens. */
  put(item: Item, at: number): void;
  /** Removes a record and returns it; `undefined` when there is none of this id. */
  remove(id: Item["id"], at: number): Item | undefined;
  /** Adds many new records as if they had always been there. They are sorted once. */
  load(items: readonly Item[]): void;
  /** All records in another order, which is kept until the next change. `name` tells orders apart. */
  sorted(name: string, order: Order<Item>): readonly Item[];
  /** Everything as it was at `time`, as far back as the last 50,000 changes. */
  asOf(time: number): CollectionView<Item, Index>;
  clear(): void;
}

/**
 * The records that a request is to see: those of now, or with a fault `stale-list` or `stale-read` those of some time ago.
 * @param shows whether it shows a list, or the one that its path names; only a read of that one can be stale
 */
export function recordsFor<Item extends Keyed, Index extends string>(
  { request, now }: { readonly request: ServiceRequest; readonly now: number },
  collection: Collection<Item, Index>,
  shows: "list" | "one",
): CollectionView<Item, Index> {
  const { method, staleMs, staleReadMs = 0 } = request;
  const ms = shows === "list" ? staleMs : method === "GET" ? staleReadMs : 0;
  return ms > 0 ? collection.asOf(now - ms) : collection;
}

export interface CollectionOptions<Item, Index extends string> {
  /** Default: ascending ids. */
  readonly order?: Order<Item>;
  /** What each index files a record under; `undefined` leaves the record out. */
  readonly indexes?: Readonly<Record<Index, (item: Item) => string | undefined>>;
}

interface Change<Item extends Keyed> {
  readonly at: number;
  readonly id: Item["id"];
  readonly before: Item | undefined;
}

/** How many changes are surely remembered for views of the past. */
const REMEMBERED_CHANGES = 50_000;

type Value = string | number | boolean | null;

/** Orders two values of one kind, ascending; `null` comes before everything, as databases have it. */
export function compareValues(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Orders records by id, ascending. */
const byId: Order<Keyed> = (a, b) => compareValues(a.id, b.id);

/** How many items at the beginning of a sorted array `isBefore` holds for: a binary search. */
export function countBefore<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes an empty collection: sorted and indexed as it changes, so that a page of a long list costs the page. */
export function createCollection<Item extends Keyed, Index extends string = never>(
  options: CollectionOptions<Item, Index> = {},
): Collection<Item, Index> {
  const { order = byId } = options;
  const indexes = Object.entries<(item: Item) => string | undefined>(options.indexes ?? {}).map(
    ([name, keyOf]) => ({ name, keyOf, groups: new Map<string, Item[]>() }),
  );
  const items = new Map<Item["id"], Item>();
  let all: Item[] = [];
  let changes: Change<Item>[] = [];
  let otherOrder: { readonly name: string; readonly items: readonly Item[] } | undefined;

  const indexNamed = (name: string): (typeof indexes)[number] | undefined =>
    indexes.find((index) => index.name === name);

  function insert(list: Item[], item: Item): void {
    const last = list.at(-1);
    if (last === undefined || order(last, item) < 0) list.push(item);
    else
      list.splice(
        countBefore(list, (other) => order(other, item) < 0),
        0,
        item,
      );
  }

  function take(list: Item[], item: Item): void {
    const position = countBefore(list, (other) => order(other, item) < 0);
    if (list[position] === item) list.splice(position, 1);
  }

  function file(item: Item): void {
    insert(all, item);
    for (const { keyOf, groups } of indexes) {
      const key = keyOf(item);
      if (key !== undefined) insert(group(groups, key), item);
    }
  }

  function unfile(item: Item): void {
    take(all, item);
    for (const { keyOf, groups } of indexes) {
      const key = keyOf(item);
      if (key === undefined) continue;
      const list = group(groups, key);
      take(list, item);
      if (list.length === 0) groups.delete(key);
    }
  }

  function remember(change: Change<Item>): void {
    otherOrder = undefined;
    changes.push(change);
    if (changes.length > 2 * REMEMBERED_CHANGES) changes = changes.slice(-REMEMBERED_CHANGES);
  }

  const collection: Collection<Item, Index> = {
    order,
    get size() {
      return all.length;
    },
    get: (id) => items.get(id),
    all: () => all,
    by: (index, key) => indexNamed(index)?.groups.get(key) ?? [],
    put(item, at) {
      const before = items.get(item.id);
      remember({ at, id: item.id, before });
      if (before !== undefined) unfile(before);
      items.set(item.id, item);
      file(item);
    },
    remove(id, at) {
      const before = items.get(id);
      if (before === undefined) return undefined;
      remember({ at, id, before });
      items.delete(id);
      unfile(before);
      return before;
    },
    load(added) {
      otherOrder = undefined;
      for (const item of added) items.set(item.id, item);
      all = [...items.values()].sort(order);
      for (const { keyOf, groups } of indexes) {
        groups.clear();
        for (const item of all) {
          const key = keyOf(item);
          if (key !== undefined) group(groups, key).push(item);
        }
      }
    },
    sorted(name, other) {
      if (otherOrder?.name !== name) otherOrder = { name, items: all.toSorted(other) };
      return otherOrder.items;
    },
    asOf(time) {
      const since = changes.findLastIndex((change) => change.at <= time) + 1;
      if (since === changes.length) return collection;
      // What changed most of a record does not matter here: its first change since then knows what it was.
      const were = new Map<Item["id"], Item | undefined>();
      for (const { id, before } of changes.slice(since)) if (!were.has(id)) were.set(id, before);
      return pastView(were);
    },
    clear() {
      items.clear();
      all = [];
      changes = [];
      otherOrder = undefined;
      for (const { groups } of indexes) groups.clear();
    },
  };

  /** The collection but for the records that have changed since. A list is made when it is asked for. */
  function pastView(were: ReadonlyMap<Item["id"], Item | undefined>): CollectionView<Item, Index> {
    const pastOf = (present: readonly Item[], fits: (item: Item) => boolean): readonly Item[] => {
      const changed = [...were.values()].filter((item) => item !== undefined).filter(fits);
      return [...present.filter(({ id }) => !were.has(id)), ...changed].sort(order);
    };
    return {
      get: (id) => (were.has(id) ? were.get(id) : items.get(id)),
      all: () => pastOf(all, () => true),
      by: (index, key) => pastOf(collection.by(index, key), (item) => indexNamed(index)?.keyOf(item) === key),
    };
  }

  return collection;
}

/** The list of a key, made when there is none. */
function group<Item>(groups: Map<string, Item[]>, key: string): Item[] {
  const known = groups.get(key);
  if (known !== undefined) return known;
  const made: Item[] = [];
  groups.set(key, made);
  return made;
}
