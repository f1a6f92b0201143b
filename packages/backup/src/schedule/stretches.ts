import { DAY_MS } from "../duration.ts";
import { remembering, rememberingFor } from "../remember.ts";
import type { Zone } from "../retention/time-zone.ts";

/** A stretch of time in which the clock of a zone does not change. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  /** Local time minus UTC. */
  readonly offset: number;
}

/** Zones are asked for so much at once. */
const BLOCK = 128 * DAY_MS;

const blocksOf = rememberingFor((zone: Zone) =>
  remembering((block: number) => readBlock(zone, block * BLOCK)),
);

/** The stretch that an instant lies in. It may be cut short; the next one then has the same offset. */
export function stretchAt(zone: Zone, instant: number): Stretch {
  const found = blocksOf(zone)(Math.floor(instant / BLOCK)).find(({ until }) => instant < until);
  if (found === undefined) throw new RangeError(`${instant} is not an instant`);
  return found;
}

/** The stretches that reach into the time from `from` to `until`, in order. */
export function stretchesBetween(zone: Zone, from: number, until: number): readonly Stretch[] {
  const found = [stretchAt(zone, from)];
  for (let last = found[0]; last !== undefined && last.until <= until; ) {
    last = stretchAt(zone, last.until);
    found.push(last);
  }
  return found;
}

/** Looks once a day, and where that shows a change, for its millisecond. */
function readBlock(zone: Zone, start: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let from = start;
  let offset = zone.offsetAt(start);
  for (let at = start; at < start + BLOCK; at += DAY_MS) {
    const next = zone.offsetAt(at + DAY_MS);
    if (next === offset) continue;
    const change = changeBetween(zone, at, at + DAY_MS, offset);
    if (change >= start + BLOCK) break;
    stretches.push({ from, until: change, offset });
    from = change;
    offset = next;
  }
  return [...stretches, { from, until: start + BLOCK, offset }];
}

/** The first instant after `before`, up to `after`, at which the offset is another. */
function changeBetween(zone: Zone, before: number, after: number, offset: number): number {
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zone.offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}
