/** Ordered by creation: `created` is the instant, `seq` breaks ties in order of insertion. */
export interface Item<T> {
  readonly id: string;
  readonly created: number;
  readonly seq: number;
  readonly value: T;
  /** The wire text per response shape, filled by the renderer; void as soon as the value changes. */
  readonly rendered: (string | undefined)[];
}

interface Earlier<T> {
  readonly value: T;
  readonly since: number;
  before: Earlier<T> | undefined;
}

/** How many past values of one item are kept at most. */
const LONGEST_HISTORY = 64;

interface Entry<T> extends Item<T> {
  value: T;
  rendered: (string | undefined)[];
  /** When the present value came to be. */
  since: number;
  earlier: Earlier<T> | undefined;
  /** Set once the item is gone. */
  goneAt: number;
}

export interface CollectionOptions<T> {
  /** Items with the same key are also kept as one list; the keys by kind, see `group`. */
  readonly groupBy?: Readonly<Record<string, (value: T) => string>>;
  /** How long past values can be asked for, in milliseconds. */
  readonly historyMs: number;
}

/**
 * Records by id and in order of creation, with enough of their past to answer "as of a moment ago".
 * Listing a page costs the page, not the collection.
 */
export class Collection<T extends { readonly id: string; readonly createdAt: number }> {
  readonly #historyMs: number;
  readonly #groupings: readonly Grouping<T>[];
  readonly #byId = new Map<string, Entry<T>>();
  readonly #ordered: Entry<T>[] = [];
  #gone: Entry<T>[] = [];
  #seq = 0;
  /** The order last asked for, good until the next change. */
  #sorted: { readonly by: string; readonly items: readonly Item<T>[] } | undefined;

  constructor(options: CollectionOptions<T>) {
    this.#historyMs = options.historyMs;
    this.#groupings = Object.entries(options.groupBy ?? {}).map(([kind, keyOf]) => new Grouping(kind, keyOf));
  }

  get size(): number {
    return this.#ordered.length;
  }

  /** All items, oldest first. */
  get ordered(): readonly Item<T>[] {
    return this.#ordered;
  }

  /** The items whose key of this kind is `key`, oldest first. */
  group(kind: string, key: string): readonly Item<T>[] {
    return this.#groupings.find((grouping) => grouping.kind === kind)?.get(key) ?? [];
  }

  /** All items in another order; `by` names it. Page after page of it is sorted once. */
  sorted(by: string, compare: (a: Item<T>, b: Item<T>) => number): readonly Item<T>[] {
    if (this.#sorted?.by !== by) this.#sorted = { by, items: this.#ordered.toSorted(compare) };
    return this.#sorted.items;
  }

  get(id: string): T | undefined {
    return this.#byId.get(id)?.value;
  }

  item(id: string): Item<T> | undefined {
    return this.#byId.get(id);
  }

  add(value: T, at: number): Item<T> {
    if (this.#byId.has(value.id)) throw new Error(`The id ${value.id} is taken.`);
    this.#seq += 1;
    this.#sorted = undefined;
    const entry: Entry<T> = {
      id: value.id,
      created: value.createdAt,
      seq: this.#seq,
      value,
      rendered: [],
      since: at,
      earlier: undefined,
      goneAt: Number.POSITIVE_INFINITY,
    };
    this.#byId.set(value.id, entry);
    insert(this.#ordered, entry);
    for (const grouping of this.#groupings) grouping.add(entry);
    return entry;
  }

  /** Replaces parts of a record from the instant `at` on; undefined when the item is gone. */
  change(id: string, changes: Partial<T>, at: number): Item<T> | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined) return undefined;
    // Values of one and the same instant cannot be told apart later, so only the last one is kept.
    if (at > entry.since) {
      entry.earlier = { value: entry.value, since: entry.since, before: entry.earlier };
      cutOld(entry.earlier, at - this.#historyMs);
      entry.since = at;
    }
    const value = { ...entry.value, ...changes };
    const moved = this.#groupings.filter((grouping) => grouping.keyOf(value) !== grouping.keyOf(entry.value));
    for (const grouping of moved) grouping.take(entry);
    entry.value = value;
    entry.rendered = [];
    for (const grouping of moved) grouping.add(entry);
    this.#sorted = undefined;
    return entry;
  }

  remove(id: string, at: number): T | undefined {
    const entry = this.#byId.get(id);
    if (entry === undefined) return undefined;
    this.#sorted = undefined;
    this.#byId.delete(id);
    take(this.#ordered, entry);
    for (const grouping of this.#groupings) grouping.take(entry);
    entry.goneAt = at;
    this.#gone.push(entry);
    // Sorting out the old ones every so often keeps this cheap on average.
    if (this.#gone.length % 256 === 0) {
      this.#gone = this.#gone.filter((old) => old.goneAt >= at - this.#historyMs);
    }
    return entry.value;
  }

  /** What existed at the instant `at`, with the values of then, oldest first. */
  asOf(at: number): readonly Item<T>[] {
    const items: Item<T>[] = [];
    for (const entries of [this.#ordered, this.#gone]) {
      for (const entry of entries) {
        if (entry.goneAt <= at) continue;
        const value = entry.since <= at ? entry.value : valueAt(entry.earlier, at);
        if (value === undefined) continue;
        items.push({ id: entry.id, created: entry.created, seq: entry.seq, value, rendered: [] });
      }
    }
    return items.sort(inOrder);
  }
}

/** Items by one kind of key. */
class Grouping<T> {
  readonly kind: string;
  readonly keyOf: (value: T) => string;
  readonly #groups = new Map<string, Entry<T>[]>();

  constructor(kind: string, keyOf: (value: T) => string) {
    this.kind = kind;
    this.keyOf = keyOf;
  }

  get(key: string): readonly Item<T>[] | undefined {
    return this.#groups.get(key);
  }

  add(entry: Entry<T>): void {
    const key = this.keyOf(entry.value);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, [entry]);
    else insert(group, entry);
  }

  take(entry: Entry<T>): void {
    const key = this.keyOf(entry.value);
    const group = this.#groups.get(key);
    if (group === undefined) return;
    take(group, entry);
    if (group.length === 0) this.#groups.delete(key);
  }
}

/** Oldest first. */
function inOrder(a: Pick<Item<unknown>, "created" | "seq">, b: typeof a): number {
  return a.created - b.created || a.seq - b.seq;
}

/** How many items of an ordered list come before `item` (which need not be in it). */
export function positionOf(
  items: readonly Item<unknown>[],
  item: Pick<Item<unknown>, "created" | "seq">,
): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = items[middle];
    if (other !== undefined && inOrder(other, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert<T>(items: Entry<T>[], entry: Entry<T>): void {
  const last = items.at(-1);
  if (last === undefined || inOrder(last, entry) < 0) items.push(entry);
  else items.splice(positionOf(items, entry), 0, entry);
}

function take<T>(items: Entry<T>[], entry: Entry<T>): void {
  const position = positionOf(items, entry);
  if (items[position] === entry) items.splice(position, 1);
}

function valueAt<T>(earlier: Earlier<T> | undefined, at: number): T | undefined {
  for (let one = earlier; one !== undefined; one = one.before) if (one.since <= at) return one.value;
  return undefined;
}

/** Cuts the chain behind the value that was in force at `oldest`. */
function cutOld<T>(latest: Earlier<T>, oldest: number): void {
  let one = latest;
  for (let length = 1; length < LONGEST_HISTORY && one.since > oldest; length += 1) {
    if (one.before === undefined) return;
    one = one.before;
  }
  one.before = undefined;
}
