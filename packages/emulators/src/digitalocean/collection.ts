import { byId, type List, SortedList } from "./sorted-list.ts";

/** Read access to the items of one kind, in ascending order of id. */
export interface Reader<Item> {
  get(id: string | number): Item | undefined;
  all(): List<Item>;
  /** The items that an index files under `key`. */
  by(index: string, key: string): List<Item>;
}

/** Names of indexes, and what each files an item under; `undefined` leaves the item out. */
export type Indexes<Item> = Readonly<Record<string, (item: Item) => string | undefined>>;

interface Keyed {
  readonly id: string | number;
}

interface Change<Item> {
  readonly at: number;
  readonly id: string | number;
  readonly before: Item | undefined;
}

/** How many changes are surely remembered for views of the past. */
const REMEMBERED_CHANGES = 50_000;

/** One index: the items under each of its keys. */
interface Index<Item extends Keyed> {
  readonly keyOf: (item: Item) => string | undefined;
  readonly groups: Map<string, SortedList<Item>>;
}

/**
 * Items by id, kept sorted and indexed as they change, so that a page of a long list costs no more than the page.
 * Changes are remembered with their time, so that a list can be shown as it was.
 */
export class Collection<Item extends Keyed> implements Reader<Item> {
  readonly #items = new Map<string | number, Item>();
  readonly #options: Indexes<Item>;
  readonly #indexes: ReadonlyMap<string, Index<Item>>;
  #sorted = new SortedList<Item>();
  #changes: Change<Item>[] = [];

  constructor(indexes: Indexes<Item> = {}) {
    this.#options = indexes;
    this.#indexes = new Map(
      Object.entries(indexes).map(([name, keyOf]) => [
        name,
        { keyOf, groups: new Map<string, SortedList<Item>>() },
      ]),
    );
  }

  get size(): number {
    return this.#items.size;
  }

  get(id: string | number): Item | undefined {
    return this.#items.get(id);
  }

  all(): List<Item> {
    return this.#sorted;
  }

  by(index: string, key: string): List<Item> {
    return this.#indexes.get(index)?.groups.get(key) ?? [];
  }

  /** Adds an item or replaces the one of its id; `at` is when this happens. */
  put(item: Item, at: number): void {
    const before = this.#items.get(item.id);
    this.#remember({ at, id: item.id, before });
    this.#items.set(item.id, item);
    this.#sorted.put(item);
    for (const index of this.#indexes.values()) {
      const key = index.keyOf(item);
      if (before !== undefined && index.keyOf(before) !== key) unfile(index, before);
      if (key !== undefined) file(index, key, item);
    }
  }

  /** Removes an item; false when there is none. */
  remove(id: string | number, at: number): boolean {
    const before = this.#items.get(id);
    if (before === undefined) return false;
    this.#remember({ at, id, before });
    this.#items.delete(id);
    this.#sorted.remove(id);
    for (const index of this.#indexes.values()) unfile(index, before);
    return true;
  }

  /** Adds many new items, as if they had always been there: sorted once, which `put` for each would not be. */
  load(added: readonly Item[]): void {
    for (const item of added) this.#items.set(item.id, item);
    const items = [...this.#sorted, ...added].sort(byId);
    this.#sorted = SortedList.of(items);
    for (const { keyOf, groups } of this.#indexes.values()) {
      for (const [key, group] of grouped(items, keyOf)) groups.set(key, SortedList.of(group));
    }
  }

  /** Everything as it was at `time`. */
  asOf(time: number): Reader<Item> {
    const last = this.#changes.at(-1);
    if (last === undefined || last.at <= time) return this;
    const items = new Map(this.#items);
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index];
      if (change === undefined || change.at <= time) break;
      if (change.before === undefined) items.delete(change.id);
      else items.set(change.id, change.before);
    }
    const past = new Collection<Item>(this.#options);
    past.load([...items.values()]);
    return past;
  }

  clear(): void {
    this.#items.clear();
    this.#sorted = new SortedList<Item>();
    this.#changes = [];
    for (const { groups } of this.#indexes.values()) groups.clear();
  }

  #remember(change: Change<Item>): void {
    this.#changes.push(change);
    if (this.#changes.length > 2 * REMEMBERED_CHANGES)
      this.#changes = this.#changes.slice(-REMEMBERED_CHANGES);
  }
}

function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function file<Item extends Keyed>(index: Index<Item>, key: string, item: Item): void {
  const group = index.groups.get(key);
  if (group === undefined) index.groups.set(key, SortedList.of([item]));
  else group.put(item);
}

function unfile<Item extends Keyed>(index: Index<Item>, item: Item): void {
  const key = index.keyOf(item);
  const group = key === undefined ? undefined : index.groups.get(key);
  if (key === undefined || group === undefined) return;
  group.remove(item.id);
  if (group.length === 0) index.groups.delete(key);
}
