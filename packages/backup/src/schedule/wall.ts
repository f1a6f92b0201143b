import { Cron } from "croner";
import { DAY_MS, MINUTE_MS } from "../duration.ts";
import { remembering } from "../remember.ts";

/** Where the calendar of dates ends for us; slots are named by four digits of a year. */
const FIRST = Date.UTC(1, 0, 1);
const LAST = Date.UTC(9999, 11, 31);

/** The local times that a cron pattern matches, written as if they were UTC milliseconds: no zone plays a part. */
export interface WallTimes {
  /** The first at or after a time; undefined when there is none any more. */
  atOrAfter(time: number): number | undefined;
  /** The last before a time. */
  before(time: number): number | undefined;
}

/**
 * The local times of a pattern of five fields that croner takes. Croner says which days match and which times of a day
 * do; both are asked once and remembered.
 */
export function wallTimes(minute: string, hour: string, days: string): WallTimes {
  const times = timesOfDay(`${minute} ${hour} * * *`);
  const calendar = daysOf(`0 0 ${days}`);
  const [first = 0] = times;
  const last = times.at(-1) ?? 0;
  return {
    atOrAfter(time) {
      const day = Math.floor(time / DAY_MS) * DAY_MS;
      const sameDay = time - day <= last ? calendar.atOrAfter(day) : undefined;
      if (sameDay === day) return day + (times.find((each) => each >= time - day) ?? last);
      const next = sameDay ?? calendar.atOrAfter(day + DAY_MS);
      return next === undefined ? undefined : next + first;
    },
    before(time) {
      const day = Math.floor(time / DAY_MS) * DAY_MS;
      const sameDay = first < time - day ? calendar.atOrBefore(day) : undefined;
      if (sameDay === day) return day + (times.findLast((each) => each < time - day) ?? first);
      const previous = sameDay ?? calendar.atOrBefore(day - DAY_MS);
      return previous === undefined ? undefined : previous + last;
    },
  };
}

/** Milliseconds into a day, in order. Remembered, as the days are: many schedules share them. */
const timesOfDay = remembering((pattern: string): readonly number[] => {
  const cron = inUtc(pattern);
  const times: number[] = [];
  for (let at = cron.nextRun(new Date(DAY_MS - MINUTE_MS)); at !== null && at.getTime() < 2 * DAY_MS; ) {
    times.push(at.getTime() - DAY_MS);
    at = cron.nextRun(at);
  }
  return times;
});

interface Days {
  atOrAfter(day: number): number | undefined;
  atOrBefore(day: number): number | undefined;
}

/** The matching days, by month. */
const daysOf = remembering((pattern: string): Days => {
  const cron = inUtc(pattern);
  const daysFrom = remembering((start: number): readonly number[] => {
    const found: number[] = [];
    const end = monthStart(start, 1);
    for (let at = cron.nextRun(new Date(start - 1)); at !== null && at.getTime() < end; ) {
      found.push(at.getTime());
      at = cron.nextRun(at);
    }
    return found;
  });
  const monthOf = (day: number): readonly number[] => daysFrom(monthStart(day, 0));
  return {
    atOrAfter(day) {
      if (day > LAST) return undefined;
      const found = monthOf(Math.max(day, FIRST)).find((each) => each >= day);
      return found ?? cron.nextRun(new Date(Math.max(day, FIRST) - 1))?.getTime();
    },
    atOrBefore(day) {
      if (day < FIRST) return undefined;
      const found = monthOf(Math.min(day, LAST)).findLast((each) => each <= day);
      return found ?? cron.previousRuns(1, new Date(Math.min(day, LAST) + 1))[0]?.getTime();
    },
  };
});

/** The start of the month that a day lies in, or of one so many months later. */
function monthStart(day: number, later: number): number {
  const date = new Date(day);
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), date.getUTCMonth() + later, 1);
  return start.getTime();
}

function inUtc(pattern: string): Cron {
  return new Cron(pattern, { timezone: "UTC", mode: "5-part", paused: true });
}
