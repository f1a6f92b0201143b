import { HOUR_MS } from "../duration.ts";
import { instantOf, type Zone } from "./time-zone.ts";

/** A stretch of calendar and clock: whole numbers, 0 or more. */
export interface Span {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
}

/** Reads `1y2m3d4h`: any of the units (years, months, days, hours), in any order, each once. Else undefined. */
export function parseSpan(text: string): Span | undefined {
  if (!/^(?:\d+[ymdh])+$/.test(text)) return undefined;
  const amounts = new Map<string, number>();
  for (const [, amount, unit] of text.matchAll(/(\d+)([ymdh])/g)) {
    if (unit === undefined || amounts.has(unit)) return undefined;
    amounts.set(unit, Number(amount));
  }
  const amountOf = (unit: string): number => amounts.get(unit) ?? 0;
  return { years: amountOf("y"), months: amountOf("m"), days: amountOf("d"), hours: amountOf("h") };
}

/** Whether the span has no length at all, which means that there is no such rule. */
export function isZeroSpan(span: Span): boolean {
  return span.years + span.months + span.days + span.hours === 0;
}

/**
 * The instant that lies the span before `instant`, in milliseconds. First years, months and days by the zone's
 * calendar at the same time of day, as restic does: a date that does not exist runs over (one month before
 * 31 March is 31 February, thus 2 or 3 March). Then hours as elapsed time, so a span of hours alone never looks
 * at the calendar. Beyond what dates can express it is minus infinity: nothing is older.
 */
export function subtractSpan(instant: number, span: Span, zone: Zone): number {
  const elapsed = span.hours * HOUR_MS;
  if (span.years + span.months + span.days === 0) return instant - elapsed;
  const wall = new Date(instant + zone.offsetAt(instant));
  wall.setUTCFullYear(
    wall.getUTCFullYear() - span.years,
    wall.getUTCMonth() - span.months,
    wall.getUTCDate() - span.days,
  );
  const edge = Number.isNaN(wall.getTime()) ? Number.NaN : instantOf(wall.getTime(), zone) - elapsed;
  return Number.isNaN(edge) ? Number.NEGATIVE_INFINITY : edge;
}
