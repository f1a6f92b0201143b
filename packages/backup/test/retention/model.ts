import type { RetentionPolicy, RetentionSnapshot } from "../../src/index.ts";

/*
 * An independent, slow statement of the rules, for comparison only. It lists the runs of equal buckets as a whole
 * instead of walking with counters, and finds instants by trying every offset there is.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of the zone, as if it were UTC. */
function wallOf(instant: number, timezone: string): Date {
  const formatter =
    formatters.get(timezone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      hourCycle: "h23",
      dateStyle: "short",
      timeStyle: "medium",
    });
  formatters.set(timezone, formatter);
  const part = Object.fromEntries(
    formatter.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const second = Math.floor(instant / 1000) * 1000;
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second: seconds = 0 } = part;
  return new Date(Date.UTC(year, month - 1, day, hour, minute, seconds) + (instant - second));
}

function bucket(rule: string, instant: number, timezone: string): string {
  const wall = wallOf(instant, timezone);
  const [year, month, day, hour] = [
    wall.getUTCFullYear(),
    wall.getUTCMonth(),
    wall.getUTCDate(),
    wall.getUTCHours(),
  ];
  if (rule.endsWith("ourly")) return [year, month, day, hour].join();
  if (rule.endsWith("aily")) return [year, month, day].join();
  if (rule.endsWith("onthly")) return [year, month].join();
  if (rule.endsWith("early")) return String(year);
  // A week is known by its Monday.
  const midnight = Date.UTC(year, month, day);
  return String(midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * DAY);
}

/** The earliest instant that shows this wall clock; if none does, that many minutes after the gap began. */
function instantOf(wall: number, timezone: string): number {
  for (let offset = 15 * 60; offset >= -15 * 60; offset -= 15) {
    const instant = wall - offset * MINUTE;
    if (wallOf(instant, timezone).getTime() === wall) return instant;
  }
  let gap = wall - 26 * 60 * MINUTE;
  gap -= ((gap % MINUTE) + MINUTE) % MINUTE;
  while (wallOf(gap + MINUTE, timezone).getTime() <= wall) gap += MINUTE;
  // Now the clock jumps past `wall` within the next minute.
  return gap + (wall - wallOf(gap, timezone).getTime());
}

function edgeOf(span: string, newest: number, timezone: string): number {
  const amount = (unit: string): number => Number(new RegExp(`(\\d+)${unit}`).exec(span)?.[1] ?? 0);
  const hours = amount("h") * 60 * MINUTE;
  if (amount("y") + amount("m") + amount("d") === 0) return newest - hours;
  const wall = wallOf(newest, timezone);
  const months = wall.getUTCFullYear() * 12 + wall.getUTCMonth() - amount("y") * 12 - amount("m");
  const firstOfMonth = Date.UTC(Math.floor(months / 12), months % 12, 1);
  const timeOfDay = wall.getTime() - Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate());
  const target = firstOfMonth + (wall.getUTCDate() - 1 - amount("d")) * DAY + timeOfDay;
  return instantOf(target, timezone) - hours;
}

/** The ids that rules (not guards) keep of one volume, all of whose snapshots are good and have texts as tags. */
export function modelKeeps(
  policy: RetentionPolicy,
  snapshots: readonly RetentionSnapshot[],
  now: Date,
): ReadonlySet<string> {
  const { timezone, keepOldest = true } = policy;
  const sorted = [...snapshots].sort((a, b) =>
    a.time.getTime() === b.time.getTime() ? (a.id < b.id ? -1 : 1) : b.time.getTime() - a.time.getTime(),
  );
  const oldest = sorted.at(-1);
  const newest = sorted.find(({ time }) => time.getTime() <= now.getTime());
  const keep = new Set<string>();

  const firstsOfRuns = (rule: string, list: readonly RetentionSnapshot[]): RetentionSnapshot[] => {
    const names = list.map(({ time }) => bucket(rule, time.getTime(), timezone));
    return list.filter((_, index) => index === 0 || names[index] !== names[index - 1]);
  };
  const inside = (span: string): RetentionSnapshot[] => {
    if (newest === undefined) return sorted;
    const edge = edgeOf(span, newest.time.getTime(), timezone);
    return sorted.filter(({ time }) => time.getTime() > edge);
  };

  for (const { id } of sorted.slice(0, policy.last ?? 0)) keep.add(id);
  for (const rule of ["hourly", "daily", "weekly", "monthly", "yearly"] as const) {
    const count = policy[rule] ?? 0;
    const firsts = firstsOfRuns(rule, sorted);
    for (const { id } of firsts.slice(0, count)) keep.add(id);
    if (keepOldest && oldest !== undefined && firsts.length < count) keep.add(oldest.id);
  }
  for (const { id } of policy.within === undefined ? [] : inside(policy.within)) keep.add(id);
  for (const rule of [
    "withinHourly",
    "withinDaily",
    "withinWeekly",
    "withinMonthly",
    "withinYearly",
  ] as const) {
    const span = policy[rule];
    if (span === undefined) continue;
    const reached = inside(span);
    for (const { id } of firstsOfRuns(rule, reached)) keep.add(id);
    if (keepOldest && oldest !== undefined && reached.includes(oldest)) keep.add(oldest.id);
  }
  for (const wanted of policy.keepTags ?? []) {
    for (const { id, tags } of sorted) {
      if (Array.isArray(tags) && wanted.every((tag) => tags.includes(tag))) keep.add(id);
    }
  }
  return keep;
}
