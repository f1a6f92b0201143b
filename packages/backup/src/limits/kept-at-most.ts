import { DAY_MS, HOUR_MS } from "../duration.ts";
import type { Policy } from "../policy/types.ts";
import { remembering } from "../remember.ts";
import type { Period } from "../retention/bucket.ts";
import { countRules, withinRules } from "../retention/rules.ts";
import { isZeroSpan, parseSpan, type Span, subtractSpan } from "../retention/span.ts";
import { zoneNamed } from "../retention/time-zone.ts";
import { parseSchedule, type Schedule } from "../schedule/schedule.ts";
import { alwaysApart, rememberingForDay, sampleSlots } from "./sample-slots.ts";

/** How many snapshots of one volume a policy's rules can keep, and how that comes about. */
export interface KeptAtMost {
  readonly count: number;
  /** `daily 7 + weekly 4 - 1`: each rule keeps the newest one, which counts once. `last 6 + hourly 24 - 6` share six. */
  readonly terms: string;
}

/** One rule: how many it can keep, and the period that it keeps one of; without one, these are simply the newest ones. */
interface Term {
  readonly text: string;
  readonly count: number;
  readonly period?: Period | undefined;
}

/** The shortest that a period can be. */
const SHORTEST: Readonly<Record<Period, number>> = {
  hour: HOUR_MS,
  day: DAY_MS - HOUR_MS,
  week: 7 * DAY_MS - HOUR_MS,
  month: 28 * DAY_MS - HOUR_MS,
  year: 365 * DAY_MS - HOUR_MS,
};
/** The longest that a period can be while no clock changes. */
const LONGEST: Readonly<Record<Period, number>> = {
  hour: HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 31 * DAY_MS,
  year: 366 * DAY_MS,
};
/** How many places in the sampled time a span is measured back from. */
const PLACES = 60;

/**
 * The most snapshots of one volume that the rules and the minimum age can keep at once, as long as there is one for
 * each slot; tags and holds come on top. A little too high where rules overlap. Too low by one for each span that reaches
 * over a change of clocks, on those days alone: what the span of a new snapshot does not reach makes room for it then.
 *
 * @param enough counting spans stops above this number
 */
export function keptAtMost(policy: Policy, now: Date, enough: number): KeptAtMost {
  return countsOn(policy, now)(enough);
}

const countsOn = rememberingForDay((policy: Policy, now) =>
  remembering((enough: number) => count(policy, now, enough)),
);

function count(policy: Policy, now: Date, enough: number): KeptAtMost {
  const terms = termsOf(policy, now, enough);
  const newest = terms.filter(({ period }) => period === undefined);
  const most = newest.reduce<Term | undefined>(
    (best, term) => (best !== undefined && best.count >= term.count ? best : term),
    undefined,
  );
  const others = terms.filter(({ period }) => period !== undefined);
  const [first = { text: "the newest 1", count: 1 }, ...more] = [
    ...(most === undefined ? [] : [most]),
    ...others,
  ];
  const shared = more.map(({ period, count }) =>
    most === undefined || period === undefined
      ? 1
      : Math.min(count, periodsOf(policy, now, most.count, period)),
  );
  // One rule alone is taken so: with fewer of the newest there, several together would keep more than this sum.
  const finest = shared.indexOf(Math.max(...shared));
  const less = more.map((_, index) => (index === finest ? (shared[index] ?? 1) : 1));
  return {
    count: more.reduce((sum, term, index) => sum + term.count - (less[index] ?? 1), first.count),
    terms: [first.text, ...more.map((term, index) => `${term.text} - ${less[index]}`)].join(" + "),
  };
}

/** Into how many periods at least so many slots fall that follow each other: of each, the newest is one of them. */
function periodsOf({ schedule, retention }: Policy, now: Date, count: number, period: Period): number {
  const slots = sampleSlots(schedule, now);
  const isSteady = retention.timezone === "UTC" && schedule.definition.timezone === "UTC";
  const usual = mostTogether(slots, LONGEST[period]);
  const longest = mostTogether(slots, LONGEST[period] + (isSteady ? 0 : HOUR_MS));
  // Where all that was looked at falls into one, more might.
  return longest === slots.length ? 1 : Math.max(1, 1 + Math.ceil((count - longest) / usual));
}

/** The most slots within so long. */
function mostTogether(slots: readonly number[], spanMs: number): number {
  let from = 0;
  return slots.reduce((most, slot, index) => {
    while (slot - (slots[from] ?? slot) >= spanMs) from += 1;
    return Math.max(most, index - from + 1);
  }, 1);
}

function termsOf(policy: Policy, now: Date, enough: number): Term[] {
  const { retention, brakes } = policy;
  const slots = sampleSlots(policy.schedule, now);
  const apart = (period: Period): boolean => alwaysApart(slots, period, retention.timezone);
  const terms: Term[] = [];
  for (const [rule, period] of countRules) {
    const count = retention[rule] ?? 0;
    if (count === 0) continue;
    terms.push({ text: `${rule} ${count}`, count, period: period && !apart(period) ? period : undefined });
  }
  // By clocks that never change: on a day of 25 hours the oldest goes before the new one comes, where that makes room.
  const zone = zoneNamed("UTC");
  const steady = parseSchedule({ ...policy.schedule.definition, timezone: "UTC" });
  const ends = sampleSlots(steady, now);
  for (const [rule, period] of [["within", undefined] as const, ...withinRules]) {
    const text = retention[rule];
    const span = text === undefined ? undefined : parseSpan(text);
    if (span === undefined || isZeroSpan(span)) continue;
    const all = mostWithin(steady, ends, (slot) => subtractSpan(slot, span, zone), enough);
    if (period === undefined || apart(period)) {
      const shown = all > enough ? `more than ${enough}` : all;
      terms.push({ text: `${rule} ${text} (${shown})`, count: all });
      continue;
    }
    // The oldest one comes on top of the newest of each period.
    const periods = Math.floor(longest(span) / SHORTEST[period]) + (retention.keepOldest === false ? 1 : 2);
    const count = Math.min(all, periods);
    terms.push({ text: `${rule} ${text} (${count})`, count, period });
  }
  if (brakes.minAgeMs > 0) {
    const count = 1 + mostWithin(policy.schedule, slots, (slot) => slot - brakes.minAgeMs, enough);
    terms.push({ text: `minimum age (${count})`, count });
  }
  return terms;
}

/** The most slots that lie later than `edgeOf` a slot, up to that slot, looked for all over the sampled time. */
function mostWithin(
  schedule: Schedule,
  slots: readonly number[],
  edgeOf: (slot: number) => number,
  enough: number,
): number {
  let most = 1;
  for (let place = 0; place < PLACES; place += 1) {
    const end = slots[Math.floor((place * slots.length) / PLACES)];
    if (end === undefined) continue;
    let count = 0;
    let slot = schedule.firstAfter(Math.max(edgeOf(end), Date.UTC(1900, 0, 1)));
    for (; slot !== undefined && slot <= end && count <= enough; slot = schedule.firstAfter(slot)) count += 1;
    most = Math.max(most, count);
    if (most > enough) break;
  }
  return most;
}

function longest({ years, months, days, hours }: Span): number {
  return (years * 366 + months * 31 + days) * DAY_MS + (hours + 2) * HOUR_MS;
}
