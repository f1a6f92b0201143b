interface Keyed {
  readonly id: string | number;
}

/** What lists are read by; arrays have it too. */
export interface List<Item> extends Iterable<Item> {
  readonly length: number;
  slice(from: number, to: number): readonly Item[];
}

/** Items of one chunk before it is split: small enough to insert into at once, large enough to skip over many. */
const CHUNK = 512;

/**
 * Items in ascending order of id, in chunks: putting one into a list of 100,000 moves a few hundred, where a plain
 * array would move half of them.
 */
export class SortedList<Item extends Keyed> implements List<Item> {
  #chunks: Item[][] = [];
  #length = 0;

  /** The list of items that are in order already. */
  static of<Item extends Keyed>(items: readonly Item[]): SortedList<Item> {
    const list = new SortedList<Item>();
    for (let at = 0; at < items.length; at += CHUNK) list.#chunks.push(items.slice(at, at + CHUNK));
    list.#length = items.length;
    return list;
  }

  get length(): number {
    return this.#length;
  }

  slice(from: number, to: number): Item[] {
    const found: Item[] = [];
    let start = 0;
    for (const chunk of this.#chunks) {
      if (start >= to) break;
      if (start + chunk.length > from) {
        for (const item of chunk.slice(Math.max(0, from - start), to - start)) found.push(item);
      }
      start += chunk.length;
    }
    return found;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** Adds an item, or replaces the one of its id. */
  put(item: Item): void {
    const at = this.#chunkFor(item.id);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([item]);
      this.#length += 1;
      return;
    }
    const index = position(chunk, item.id);
    if (chunk[index]?.id === item.id) {
      chunk[index] = item;
      return;
    }
    chunk.splice(index, 0, item);
    this.#length += 1;
    if (chunk.length > 2 * CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK));
  }

  remove(id: string | number): void {
    const at = this.#chunkFor(id);
    const chunk = this.#chunks[at];
    const index = chunk === undefined ? -1 : position(chunk, id);
    if (chunk === undefined || chunk[index]?.id !== id) return;
    chunk.splice(index, 1);
    this.#length -= 1;
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The last chunk that begins at or before the id; the first one for an id before all. */
  #chunkFor(id: string | number): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const first = this.#chunks[middle]?.[0];
      if (first !== undefined && first.id <= id) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Where the id is in sorted items, or would be. */
function position<Item extends Keyed>(sorted: readonly Item[], id: string | number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && item.id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Orders items by id. */
export function byId(a: Keyed, b: Keyed): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
