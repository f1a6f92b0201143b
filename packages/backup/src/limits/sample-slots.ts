import { DAY_MS } from "../duration.ts";
import { bucketsOf, type Period } from "../retention/bucket.ts";
import { zoneNamed } from "../retention/time-zone.ts";
import type { Schedule } from "../schedule/types.ts";

const TWO_HOURS = 7_200_000;
/** Long enough for every season of a daily schedule; denser ones repeat themselves much sooner. */
const HORIZON_MS = 400 * DAY_MS;
const MOST = 500;
const FEWEST = 8;

/** What has been sampled last, for as long as the schedule is in use. */
const known = new WeakMap<Schedule, { readonly start: number; readonly slots: readonly number[] }>();

/** The beginning of the UTC day, from which slots are sampled. */
export function sampleDay(now: Date): number {
  return Math.floor(now.getTime() / DAY_MS) * DAY_MS;
}

/**
 * Slots of a schedule from the beginning of the UTC day of `now` on, oldest first: those of 400 days, at most 500, at
 * least 8 where there are so many. Limits are judged by what is to come, so that no day of the past and no turn of a
 * year decides; and over more than a year, so that all days judge alike.
 */
export function sampleSlots(schedule: Schedule, now: Date): readonly number[] {
  const start = sampleDay(now);
  const last = known.get(schedule);
  if (last?.start === start) return last.slots;
  const slots = sample(schedule, start);
  known.set(schedule, { start, slots });
  return slots;
}

function sample(schedule: Schedule, start: number): readonly number[] {
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
  if (period === "hour") return (shortestGap(slots)?.ms ?? TWO_HOURS) >= TWO_HOURS;
  const zone = zoneNamed(timezone);
  let previous: string | undefined;
  return slots.every((slot) => {
    const bucket = bucketsOf(slot, zone)(period);
    const apart = bucket !== previous;
    previous = bucket;
    return apart;
  });
}
