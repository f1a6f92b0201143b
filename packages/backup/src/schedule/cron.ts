import { Cron } from "croner";
import { DAY_MS, HOUR_MS } from "../duration.ts";
import { remembering, rememberingFor } from "../remember.ts";
import { type Zone, zoneNamed } from "../retention/time-zone.ts";
import { type WallTimes, wallTimes } from "./wall.ts";

/** The calendar repeats every 400 years, so a pattern that has no slot after this day has none at all. */
const SOME_DAY = new Date("2000-01-01T00:00:00Z");
/** No clock differs from UTC by more, and no change of a clock is larger. */
const FARTHEST = 26 * HOUR_MS;

/** The offsets of a zone in these years are those that other data may hold for an instant. */
const YEAR = 366 * DAY_MS;
const YEARS_BACK = 5 * YEAR;
const MOST_APART = 2 * HOUR_MS;

/** What is worth handing to croner, which takes six and seven fields too, and dates (they have colons). */
const readable = /^\s*(?:@\w+|[^\s:]+(?:\s+[^\s:]+){4})\s*$/;
const nicknames: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"],
]);

/** An endless row of slots. */
export interface Slots {
  /** The first slot later than this instant (milliseconds since the Unix epoch); undefined when there is none. */
  readonly firstAfter: (instant: number) => number | undefined;
  /** The last slot at or before this instant. */
  readonly lastAtOrBefore: (instant: number) => number | undefined;
  /**
   * The slot that a snapshot named after this instant counts as. A slot of a cron pattern is a local time: a machine
   * with other time zone data has it at another instant. So what is no slot here counts as the slot of its local time by
   * another offset that the zone has had in these years; where there is none, as itself.
   */
  readonly countedAs: (slot: number) => number;
}

/**
 * The slots of a cron pattern in a zone (both valid). Where the clock changes:
 *
 * - A pattern that names its hours and minutes (`30 2 * * *`, `0 2,14 * * *`) has one slot for each of them every
 *   day. A time that occurs twice is its first occurrence; a skipped one is the first instant after the gap, also where
 *   that is on the next day. On a calendar day that is skipped altogether there is none.
 * - A pattern with `*` or a step in the minute or hour (`0 * * * *`, `0 0-23/6 * * *`) goes on in real time:
 *   both passes through a repeated hour have slots, skipped times have none.
 *
 * @param zone whose clock counts, where it is not the platform's zone of that name
 * @throws Error saying what is wrong when the pattern cannot be read or never comes true (30 February).
 */
export function cronSlots(pattern: string, timezone: string, zone: Zone = zoneNamed(timezone)): Slots {
  if (!readable.test(pattern)) throw new Error("it does not have five fields, or has a colon in it");
  const cron = new Cron(pattern, { timezone: "UTC", mode: "5-part", paused: true });
  if (cron.nextRun(SOME_DAY) === null) throw new Error("it never comes true");
  const text = nicknames.get(pattern.trim().toLowerCase()) ?? pattern;
  const [minute = "*", hour = "*", ...days] = text.trim().split(/\s+/);
  const wall = wallTimes(minute, hour, days.join(" "));
  const slots = /[*/?]/.test(`${minute} ${hour}`) ? realTime(wall, zone) : namedTimes(wall, zone);
  return { ...slots, countedAs: remembering((slot: number) => countedAs(slots, slot, zone)) };
}

/**
 * The slot itself; or the one that has its local time here, if other data could hold another offset for that instant:
 * one that the zone has had in these years. Where a clock skips the time, it is the one between.
 */
function countedAs({ firstAfter, lastAtOrBefore }: Row, slot: number, zone: Zone): number {
  const before = lastAtOrBefore(slot);
  if (before === slot) return slot;
  const known = offsetsBetween(zone, slot - YEARS_BACK, slot + YEAR);
  const shifts = offsetsBetween(zone, slot - MOST_APART, slot + MOST_APART)
    .flatMap((here) => known.map((offset) => offset - here))
    .filter((shift) => shift !== 0 && Math.abs(shift) <= MOST_APART)
    .sort((a, b) => Math.abs(a) - Math.abs(b));
  const exact = shifts.find((shift) => lastAtOrBefore(slot + shift) === slot + shift);
  if (exact !== undefined) return slot + exact;
  const after = firstAfter(slot);
  for (const shift of shifts) {
    if (shift < 0 && before !== undefined && before >= slot + shift) return before;
    if (shift > 0 && after !== undefined && after <= slot + shift) return after;
  }
  return slot;
}

function offsetsBetween(zone: Zone, from: number, until: number): readonly number[] {
  return [...new Set(stretchesBetween(zone, from, until).map(({ offset }) => offset))];
}

type Row = Pick<Slots, "firstAfter" | "lastAtOrBefore">;

/** Every instant whose local time matches. */
function realTime(wall: WallTimes, zone: Zone): Row {
  return {
    firstAfter(instant) {
      let { until, offset } = stretchAt(zone, instant + 1);
      let time = wall.atOrAfter(instant + 1 + offset);
      while (time !== undefined && time - offset >= until) {
        const next = stretchAt(zone, until);
        // Where the clock goes on as before, so does the search.
        if (next.offset !== offset) time = wall.atOrAfter(until + next.offset);
        ({ until, offset } = next);
      }
      return time === undefined ? undefined : time - offset;
    },
    lastAtOrBefore(instant) {
      let { from, offset } = stretchAt(zone, instant);
      let time = wall.before(instant + offset + 1);
      while (time !== undefined && time - offset < from) {
        const previous = stretchAt(zone, from - 1);
        if (previous.offset !== offset) time = wall.before(from + previous.offset);
        ({ from, offset } = previous);
      }
      return time === undefined ? undefined : time - offset;
    },
  };
}

/** One instant for each local time that matches. Later local times have later instants, or the same one. */
function namedTimes(wall: WallTimes, zone: Zone): Row {
  return {
    firstAfter(instant) {
      const offsets = stretchesBetween(zone, instant, instant + FARTHEST).map(({ offset }) => offset);
      let time = wall.atOrAfter(instant + Math.min(...offsets));
      for (; time !== undefined; time = wall.atOrAfter(time + 1)) {
        const slot = slotShowing(time, zone);
        if (slot !== undefined && slot > instant) return slot;
      }
      return undefined;
    },
    lastAtOrBefore(instant) {
      const offsets = stretchesBetween(zone, instant - FARTHEST, instant).map(({ offset }) => offset);
      let time = wall.before(instant + Math.max(...offsets) + 1);
      for (; time !== undefined; time = wall.before(time)) {
        const slot = slotShowing(time, zone);
        if (slot !== undefined && slot <= instant) return slot;
      }
      return undefined;
    },
  };
}

/** When a clock shows a time first, or the first instant after the gap that swallows it. */
function slotShowing(time: number, zone: Zone): number | undefined {
  const stretches = stretchesBetween(zone, time - FARTHEST, time + FARTHEST);
  for (const { from, until, offset } of stretches) {
    const instant = time - offset;
    if (from <= instant && instant < until) return instant;
  }
  const day = Math.floor(time / DAY_MS) * DAY_MS;
  let before: number | undefined;
  for (const { from, offset } of stretches) {
    if (before !== undefined && from + before <= time && time < from + offset)
      return from + before <= day && day + DAY_MS <= from + offset ? undefined : from;
    before = offset;
  }
  return undefined;
}

/** A stretch of time in which the clock of a zone does not change. */
interface Stretch {
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
function stretchAt(zone: Zone, instant: number): Stretch {
  const found = blocksOf(zone)(Math.floor(instant / BLOCK)).find(({ until }) => instant < until);
  if (found === undefined) throw new RangeError(`${instant} is not an instant`);
  return found;
}

/** The stretches that reach into the time from `from` to `until`, in order. */
function stretchesBetween(zone: Zone, from: number, until: number): readonly Stretch[] {
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
