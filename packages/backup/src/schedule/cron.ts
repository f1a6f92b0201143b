import { Cron } from "croner";
import type { Slots } from "./types.ts";

/** The calendar repeats every 400 years, so a pattern that has no slot after this day has none at all. */
const SOME_DAY = new Date("2000-01-01T00:00:00Z");

/** What is worth handing to croner, which takes six and seven fields too, and dates (they have colons). */
const readable = /^\s*(?:@\w+|[^\s:]+(?:\s+[^\s:]+){4})\s*$/;

/**
 * The slots of a cron pattern in a zone (both valid). Where the clock changes:
 *
 * - A pattern that names its hours and minutes (`30 2 * * *`, `0 2,14 * * *`) has one slot for each of them every
 *   day. A time that occurs twice is its first occurrence; a skipped one is the first instant after the gap. On a
 *   calendar day that is skipped altogether there is none.
 * - A pattern with `*` or a step in the minute or hour (`0 * * * *`, `0 0-23/6 * * *`) goes on in real time:
 *   both passes through a repeated hour have slots, skipped times have none.
 *
 * @throws Error saying what is wrong when the pattern cannot be read or never comes true (30 February).
 */
export function cronSlots(pattern: string, timezone: string): Slots {
  if (!readable.test(pattern)) throw new Error("it does not have five fields, or has a colon in it");
  const cron = new Cron(pattern, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard", paused: true });
  if (cron.nextRun(SOME_DAY) === null) throw new Error("it never comes true");
  return {
    firstAfter: (instant) => cron.nextRun(new Date(instant))?.getTime(),
    // Runs strictly before a time: one millisecond later, so that a slot right at the instant is found.
    lastAtOrBefore: (instant) => cron.previousRuns(1, new Date(instant + 1))[0]?.getTime(),
  };
}
