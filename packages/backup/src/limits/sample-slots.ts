import { DAY_MS, HOUR_MS } from "../duration.ts";
import { bucketsOf, type Period } from "../retention/bucket.ts";
import { zoneNamed } from "../retention/time-zone.ts";
import type { Schedule } from "../schedule/schedule.ts";

/** Long enough for every season of a daily schedule; denser ones repeat themselves much sooner. */
const HORIZON_MS = 400 * DAY_MS;
const MOST = 500;
const FEWEST = 8;

/**
 * A function that remembers what it gives for a subject on a UTC day, for as long as the subject is in use: the volumes of
 * a fleet ask the same of a few policies.
 *
 * @param make gives the same at every instant of a day
 */
export function rememberingForDay<Subject extends object, Value>(
  make: (subject: Subject, now: Date) => Value,
): (subject: Subject, now: Date) => Value {
  const known = new WeakMap<Subject, { readonly day: number; readonly value: Value }>();
  return (subject, now) => {
    const day = startOfDay(now);
    const last = known.get(subject);
    if (last?.day === day) return last.value;
    const value = make(subject, now);
    known.set(subject, { day, value });
    return value;
  };
}

function startOfDay(now: Date): number {
  return Math.floor(now.getTime() / DAY_MS) * DAY_MS;
}

/**
 * Slots of a schedule from the beginning of the UTC day of `now` on, oldest first: those of 400 days, at most 500, at
 * least 8 where there are so many. Limits are judged by what is to come, so that no day of the past and no turn of a
 * year decides; and over more than a year, so that all days judge alike.
 */
export const sampleSlots: (schedule: Schedule, now: Date) => readonly number[] = rememberingForDay(sample);

function sample(schedule: Schedule, now: Date): readonly number[] {
  const start = startOfDay(now);
  const slots: number[] = [];
  let slot = schedule.firstAfter(start - 1);
  while (slot !== undefined && slots.length < MOST) {
    if (slot > start + HORIZON_MS && slots.length >= FEWEST) break;
    slots.push(slot);
    slot = schedule.firstAfter(slot);
  }
  return slots;
}

/** The shortest time between two neighbouring slots; undefined for fewer than two. */
export function shortestGap(
  slots: readonly number[],
): { readonly at: number; readonly ms: number } | undefined {
  let shortest: { readonly at: number; readonly ms: number } | undefined;
  slots.forEach((slot, index) => {
    const next = slots[index + 1];
    if (next !== undefined && (shortest === undefined || next - slot < shortest.ms)) {
      shortest = { at: slot, ms: next - slot };
    }
  });
  return shortest;
}

/** Whether no two slots fall into one period of the zone, so that a rule of that period keeps just the newest ones. */
export function alwaysApart(slots: readonly number[], period: Period, timezone: string): boolean {
  // An hour of the clock can last two.
  if (period === "hour") return (shortestGap(slots)?.ms ?? Number.POSITIVE_INFINITY) >= 2 * HOUR_MS;
  const zone = zoneNamed(timezone);
  let previous: string | undefined;
  return slots.every((slot) => {
    const bucket = bucketsOf(slot, zone)(period);
    const apart = bucket !== previous;
    previous = bucket;
    return apart;
  });
}
