import { bucketsOf, type Period } from "../retention/bucket.ts";
import { zoneNamed } from "../retention/time-zone.ts";
import type { Schedule } from "../schedule/types.ts";

const DAY = 86_400_000;
const TWO_HOURS = 7_200_000;
/** Long enough for every season of a daily schedule; denser ones repeat themselves much sooner. */
const HORIZON_MS = 400 * DAY;
const MOST = 500;
const FEWEST = 3;

/** What has been sampled already, for as long as the schedule is in use. */
const known = new WeakMap<Schedule, Map<number, readonly number[]>>();

/**
 * Slots of a schedule from the beginning of the UTC year of `now` on, oldest first: those of 400 days, at most 500, at
 * least 3 where there are so many. Limits are judged by them, so a plan's judgement does not change from run to run.
 */
export function sampleSlots(schedule: Schedule, now: Date): readonly number[] {
  const start = Date.UTC(now.getUTCFullYear(), 0, 1);
  const years = known.get(schedule) ?? new Map<number, readonly number[]>();
  known.set(schedule, years);
  const sampled = years.get(start) ?? sample(schedule, start);
  years.set(start, sampled);
  return sampled;
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
