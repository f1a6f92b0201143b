/** How many nights the story tells of. */
export const NIGHTS = 30;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** When things happen in the story. All instants are in milliseconds since the epoch. */
export interface Calendar {
  /** The hour of the day, UTC, at which the policies' slots are. */
  readonly hour: number;
  /** When the backup is run, once in each night. */
  readonly nights: readonly number[];
}

/**
 * The nights end a few hours before `now`, so that what they leave is fresh to the machine's own clock, and stays so
 * for most of a day.
 */
export function createCalendar(now: number): Calendar {
  const lastSlot = Math.floor((now - 3 * HOUR_MS) / HOUR_MS) * HOUR_MS;
  const lastRun = lastSlot + 32 * MINUTE_MS;
  return {
    hour: new Date(lastSlot).getUTCHours(),
    nights: Array.from({ length: NIGHTS }, (_, night) => lastRun - (NIGHTS - 1 - night) * DAY_MS),
  };
}

/** `Sun 25 Oct` */
export function dayText(at: number): string {
  const date = new Date(at);
  const [weekday = "", rest = ""] = date.toUTCString().split(", ");
  return `${weekday} ${rest.slice(0, 6)}`;
}
