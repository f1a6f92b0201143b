import { comparableId } from "../answered.ts";

/** Which ids a listing has given out, in whatever capitals. */
export interface IdSet {
  readonly size: number;
  /** Whether it was not there yet. */
  add(id: string): boolean;
  has(id: string): boolean;
}

/** Slots of a new set, a power of two. */
const FIRST_SLOTS = 64;

/**
 * Remembers ids by 64 bits of each, mixed from seeds that are drawn anew for every set: 16 to 64 bytes an id and
 * nothing for the garbage collector to follow, where a `Set` keeps the strings of a whole listing alive. Two of
 * 100,000 ids share their bits in one of four thousand million listings, unless a service sets out to make such ids.
 */
export function createIdSet(random: () => number = Math.random): IdSet {
  const seeds = [random(), random()].map((each) => Math.floor(each * 2 ** 32));
  const [seedA = 0, seedB = 0] = seeds;
  let slots = FIRST_SLOTS;
  /** Two words a slot; both 0 where it is free. */
  let table = new Uint32Array(2 * slots);
  let size = 0;
  let high = 0;
  let low = 0;

  /** Sets `high` and `low`, which are never both 0. */
  function mix(given: string): void {
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
    high = (a ^ (a >>> 15)) >>> 0;
    low = (b ^ (b >>> 16)) >>> 0 || 1;
  }

  /** Where the id that was mixed last stands, or would. */
  function find(): number {
    for (let slot = (high ^ low) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const place = 2 * slot;
      if (table[place + 1] === 0 || (table[place] === high && table[place + 1] === low)) return place;
    }
  }

  function grow(): void {
    const old = table;
    slots *= 4;
    table = new Uint32Array(2 * slots);
    for (let place = 0; place < old.length; place += 2) {
      high = old[place] as number;
      low = old[place + 1] as number;
      if (low !== 0) put(find());
    }
  }

  function put(place: number): void {
    table[place] = high;
    table[place + 1] = low;
  }

  return {
    get size() {
      return size;
    },
    has: (id) => {
      mix(comparableId(id));
      return table[find() + 1] !== 0;
    },
    add: (id) => {
      mix(comparableId(id));
      const place = find();
      if (table[place + 1] !== 0) return false;
      put(place);
      size += 1;
      if (size > slots / 2) grow();
      return true;
    },
  };
}
