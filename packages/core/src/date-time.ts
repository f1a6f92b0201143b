/**
 * A date and time that {@link isDateTime} or a schema has checked: of anything else it can make a wrong time. The form
 * that clouds give, to the second and in UTC, is read by itself: in long listings the platform's parser is what costs
 * most of an item.
 */
export function parseDateTime(text: string): Date {
  if (text.length !== 20 || text.charCodeAt(19) !== LETTER_Z) return new Date(text);
  const days = daysSinceEpoch(yearOf(text), twoDigits(text, 5), twoDigits(text, 8));
  const seconds = 3_600 * twoDigits(text, 11) + 60 * twoDigits(text, 14) + twoDigits(text, 17);
  return new Date(1_000 * (86_400 * days + seconds));
}

const TIMESTAMP =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/i;

/**
 * A date and time that nothing has checked, with any fraction of a second or none; without a zone it is UTC.
 * `undefined` for what is no time.
 */
export function parseTimestamp(text: string | null | undefined): Date | undefined {
  const match = TIMESTAMP.exec(text ?? "");
  if (match === null || !isDay(match[0])) return undefined;
  return parseDateTime(match[1] === undefined ? `${match[0].replace(" ", "T")}Z` : match[0]);
}

/** Whether a text is a date and time with its zone, of a day that there is: what {@link parseDateTime} reads. */
export function isDateTime(text: string): boolean {
  const match = TIMESTAMP.exec(text);
  return match?.[1] !== undefined && isDay(text);
}

/** Whether the month has such a day: `Date` makes 3 March of 31 February. */
function isDay(text: string): boolean {
  const day = twoDigits(text, 8);
  // Every month has these, and items of a listing are many.
  if (day <= 28) return true;
  const year = yearOf(text);
  const month = twoDigits(text, 5);
  return day <= daysSinceEpoch(year, month + 1, 1) - daysSinceEpoch(year, month, 1);
}

const LETTER_Z = 90;
const ZERO = 48;

function twoDigits(text: string, at: number): number {
  return 10 * (text.charCodeAt(at) - ZERO) + text.charCodeAt(at + 1) - ZERO;
}

function yearOf(text: string): number {
  return 100 * twoDigits(text, 0) + twoDigits(text, 2);
}

/** Counts in years that begin with March, so that the leap day is the last one. The 13th month is January of the next. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const years = month > 2 ? year : year - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const months = month > 2 ? month - 3 : month + 9;
  const daysBeforeMonth = Math.floor((153 * months + 2) / 5);
  return 365 * years + leapDays + daysBeforeMonth + day - DAYS_BEFORE_EPOCH;
}

/** From 1 March of the year 0 to 1 January 1970, plus the one that days of a month begin with. */
const DAYS_BEFORE_EPOCH = 719_469;
