import { DAY_MS } from "../duration.ts";
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

/** What is known of each zone, by block. */
const known = new WeakMap<Zone, Map<number, readonly Stretch[]>>();

/** The stretch that an instant lies in. It may be cut short; the next one then has the same offset. */
export function stretchAt(zone: Zone, instant: number): Stretch {
  const stretches = blockOf(zone, Math.floor(instant / BLOCK));
  const found = stretches.find(({ until }) => instant < until);
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

function blockOf(zone: Zone, number: number): readonly Stretch[] {
  const blocks = known.get(zone) ?? new Map<number, readonly Stretch[]>();
  known.set(zone, blocks);
  const stretches = blocks.get(number) ?? readBlock(zone, number * BLOCK);
  blocks.set(number, stretches);
  return stretches;
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
