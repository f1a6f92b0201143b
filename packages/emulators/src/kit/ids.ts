/** A repeatable source of numbers in [0, 1): the same seed gives the same numbers, on every machine. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ids that look random and are the same for the same seed, whatever the clock says. They never repeat. */
export interface IdSource {
  /** A random-looking (version 4) UUID. */
  uuid(): string;
  /** A UUID of the time-based (version 1) shape. Their order is not the order of creation. */
  timeUuid(): string;
  /** A random-looking (version 4) UUID for request ids: cheaper, and drawn apart, so that asking shifts no other id. */
  requestId(): string;
}

/** The next id of a source that is free: data from elsewhere may bring ids that the source gives. */
export function freeId(next: () => string, isTaken: (id: string) => boolean): string {
  let id = next();
  while (isTaken(id)) id = next();
  return id;
}

function hex(value: number, digits: number): string {
  return (value >>> 0).toString(16).padStart(digits, "0").slice(-digits);
}

/** A permutation of the 32-bit integers: a counter that goes through it never gives one value twice. */
function scatter(counter: number, offset: number): number {
  let value = Math.imul(counter, 0x9e3779b1) + offset;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Makes an id source for one emulator. */
export function createIds(seed: number): IdSource {
  const random = createRandom(seed);
  const draw = (): number => Math.floor(random() * 2 ** 32);
  const uuidOffset = draw();
  const timeOffset = draw();
  const timeTail = `11f1-${hex(0x8000 | (draw() & 0x3fff), 4)}-0a58ac14${hex(draw(), 4)}`;
  const requestHead = `${hex(draw(), 8)}-${hex(draw(), 4)}-4${hex(draw(), 3)}-${hex(0x8000 | (draw() & 0x3fff), 4)}-`;
  const filler = createRandom(seed ^ 0x5bd1e995);
  let uuids = 0;
  let timeUuids = 0;
  let requests = 0;

  return {
    uuid() {
      const unique = hex(scatter(++uuids, uuidOffset), 8);
      const rest = Math.floor(filler() * 2 ** 32);
      const more = Math.floor(filler() * 2 ** 32);
      const variant = hex(0x8000 | (more & 0x3fff), 4);
      return `${unique}-${hex(rest, 4)}-4${hex(rest >>> 16, 3)}-${variant}-${hex(more >>> 14, 4)}${hex(rest ^ more, 8)}`;
    },
    timeUuid() {
      const low = hex(scatter(++timeUuids, timeOffset), 8);
      // A machine hands out ids for weeks: the middle part moves on slowly, as it does in time-based ids.
      const middle = hex(0x84ab + (timeUuids >>> 14), 4);
      return `${low}-${middle}-${timeTail}`;
    },
    requestId() {
      requests += 1;
      return requestHead + requests.toString(16).padStart(12, "0");
    },
  };
}
