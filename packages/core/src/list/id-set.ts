import { comparableId } from "../answered.ts";

/** Which ids a listing has given out, in whatever capitals. */
export type IdSet = ReturnType<typeof createIdSet>;

/** Slots of a new set, a power of two. */
const FIRST_SLOTS = 64;

/**
 * Remembers ids by 64 bits of each, mixed from seeds that are drawn anew for every set: 16 to 64 bytes an id and
 * nothing for the garbage collector to follow, where a `Set` keeps the strings of a whole listing alive. Two of
 * 100,000 ids share their bits in one of four thousand million listings, unless a service sets out to make such ids.
 */
export function createIdSet(random: () => number = Math.random) {
  // Signed, as is all that is made of them: engines keep such numbers without an object for each.
  const seedA = (random() * 2 ** 32) | 0;
  const seedB = (random() * 2 ** 32) | 0;
  /** Two words a slot; both 0 where it is free. */
  let table = new Int32Array(2 * FIRST_SLOTS);
  let size = 0;

  /** Whether the id was not there yet; adds it where that is so and `adds` is set. */
  function isNew(given: string, adds: boolean): boolean {
    const id = comparableId(given);
    let a = seedA;
    let b = seedB;
    // Two characters at a time; beyond the end there is NaN, which counts as 0.
    for (let index = 0; index < id.length; index += 2) {
      const pair = id.charCodeAt(index) | (id.charCodeAt(index + 1) << 16);
      a = Math.imul(a ^ pair, 0x9e3779b1);
      a = (a << 13) | (a >>> 19);
      b = Math.imul(b ^ pair, 0x85ebca77);
      b = (b << 17) | (b >>> 15);
    }
    a ^= id.length;
    a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
    b = Math.imul(b ^ (b >>> 15), 0x846ca68b);
    const high = a ^ (a >>> 15);
    const low = b ^ (b >>> 16) || 1;
    const place = find(table, high, low);
    if (table[place + 1] !== 0) return false;
    if (!adds) return true;
    table[place] = high;
    table[place + 1] = low;
    size += 1;
    if (4 * size > table.length) table = enlarged(table);
    return true;
  }

  return {
    get size(): number {
      return size;
    },
    has: (id: string): boolean => !isNew(id, false),
    /** Whether it was not there yet. */
    add: (id: string): boolean => isNew(id, true),
  };
}

/** Where an id stands in a table, or would. */
function find(table: Int32Array, high: number, low: number): number {
  const last = table.length - 1;
  for (let place = ((high ^ low) << 1) & last; ; place = (place + 2) & last) {
    if (table[place + 1] === 0 || (table[place] === high && table[place + 1] === low)) return place;
  }
}

function enlarged(table: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(4 * table.length);
  for (let from = 0; from < table.length; from += 2) {
    const high = table[from] as number;
    const low = table[from + 1] as number;
    if (low === 0) continue;
    const place = find(larger, high, low);
    larger[place] = high;
    larger[place + 1] = low;
  }
  return larger;
}
