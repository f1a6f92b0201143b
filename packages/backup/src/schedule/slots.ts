import { remembering } from "../remember.ts";
import type { Schedule } from "./schedule.ts";

/** How many slots {@link slotsBetween} gives unless told otherwise: more than a year of hours. */
const DEFAULT_LIMIT = 10_000;

/**
 * The newest slot at or before `now`: the one to run, all older ones being missed. With `after`, only if it is
 * later than that instant (the newest snapshot's slot, say). Undefined when none is due.
 *
 * @throws RangeError for an invalid date.
 */
export function newestDueSlot(schedule: Schedule, now: Date, after?: Date): Date | undefined {
  const slot = schedule.lastAtOrBefore(millisecondsOf(now));
  if (slot === undefined || (after !== undefined && slot <= millisecondsOf(after))) return undefined;
  return new Date(slot);
}

/**
 * The first slot later than `after`; undefined when there is none.
 *
 * @throws RangeError for an invalid date.
 */
export function nextSlot(schedule: Schedule, after: Date): Date | undefined {
  const slot = schedule.firstAfter(millisecondsOf(after));
  return slot === undefined ? undefined : new Date(slot);
}

/**
 * The slots later than `after`, up to and including `until`, oldest first. So neighbouring stretches of time share
 * no slot and miss none.
 *
 * @param options.limit how many there may be at most; default 10,000.
 * @throws RangeError when there are more, or for an invalid date.
 */
export function slotsBetween(
  schedule: Schedule,
  after: Date,
  until: Date,
  options: { readonly limit?: number | undefined } = {},
): Date[] {
  const { limit = DEFAULT_LIMIT } = options;
  const end = millisecondsOf(until);
  const slots: Date[] = [];
  let slot = schedule.firstAfter(millisecondsOf(after));
  while (slot !== undefined && slot <= end) {
    if (slots.length === limit) {
      throw new RangeError(
        `more than ${limit} slots between ${after.toISOString()} and ${until.toISOString()}`,
      );
    }
    slots.push(new Date(slot));
    slot = schedule.firstAfter(slot);
  }
  return slots;
}

/**
 * The stable name of a slot: its instant in UTC, `20261121T031400Z`. Only digits and two letters, valid in the
 * names of every cloud; names sort as the instants do.
 *
 * @throws RangeError for an instant that is not on a whole second, or lies outside the years 0 to 9999.
 */
export function slotName(instant: Date): string {
  const text = new Date(millisecondsOf(instant)).toISOString();
  if (text.length !== 24 || !text.endsWith(".000Z"))
    throw new RangeError(`${text} is not an instant of a slot`);
  const [day, time] = [text.slice(0, 10), text.slice(11, 19)];
  return `${day.replaceAll("-", "")}T${time.replaceAll(":", "")}Z`;
}

/** The instant that {@link slotName} named; undefined when the text is not such a name. */
export function parseSlotName(name: string): Date | undefined {
  const slot = slotNamed(name);
  return slot === undefined ? undefined : new Date(slot);
}

/** In milliseconds. */
const slotNamed: (name: string) => number | undefined = remembering((name: string) => {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const instant = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return !Number.isNaN(instant.getTime()) && slotName(instant) === name ? instant.getTime() : undefined;
});

function millisecondsOf(instant: Date): number {
  const milliseconds = instant.getTime();
  if (Number.isNaN(milliseconds)) throw new RangeError("an invalid date");
  return milliseconds;
}
