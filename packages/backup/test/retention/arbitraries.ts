import * as fc from "fast-check";
import type { RetentionPolicy, RetentionSnapshot } from "../../src/index.ts";

/** A zone, and an instant near which its clock does something odd. */
const places: readonly (readonly [string, string])[] = [
  ["Europe/Berlin", "2026-10-25T01:00:00Z"],
  ["Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["America/New_York", "2026-11-01T06:00:00Z"],
  ["America/New_York", "2026-03-08T07:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
  ["Pacific/Apia", "2011-12-30T10:00:00Z"],
  ["America/St_Johns", "2010-11-07T02:31:00Z"],
  ["America/Sao_Paulo", "2018-11-04T03:00:00Z"],
  ["Antarctica/Casey", "2021-03-13T13:00:00Z"],
  ["Asia/Kathmandu", "2026-12-31T18:15:00Z"],
  ["Africa/Casablanca", "2026-02-15T02:00:00Z"],
  ["UTC", "2024-12-30T00:00:00Z"],
  ["UTC", "2028-03-31T12:00:00Z"],
];

const count = fc.integer({ min: 0, max: 6 });
const span = fc
  .tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 13 }), fc.nat(9), fc.nat(30))
  .map(([years, months, days, hours]) => `${years}y${months}m${days}d${hours}h`)
  .filter((text) => text !== "0y0m0d0h");
const tagLists = fc.array(fc.subarray(["a", "b", "k:v"], { minLength: 1 }), { maxLength: 2 });

const rules = fc.record(
  {
    last: count,
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    within: span,
    withinHourly: span,
    withinDaily: span,
    withinWeekly: span,
    withinMonthly: span,
    withinYearly: span,
    keepTags: tagLists,
    keepOldest: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Distances from the odd instant, in milliseconds: minutes, hours, days or months away, often equal. */
const distance = fc.oneof(
  fc.integer({ min: -300, max: 300 }).map((minutes) => minutes * 60_000),
  fc.integer({ min: -100, max: 100 }).map((hours) => hours * 3_600_000),
  fc.integer({ min: -500, max: 100 }).map((days) => days * 86_400_000),
  fc.integer({ min: -90_000_000, max: 90_000_000 }),
);

/** What retention is asked. */
export interface Question {
  readonly policy: RetentionPolicy;
  /** All good, of one volume, with ids in random order of age. */
  readonly snapshots: readonly RetentionSnapshot[];
  /** Somewhere among them, or later than all. */
  readonly now: Date;
}

/** Questions whose policy keeps something on its own account. */
export const question: fc.Arbitrary<Question> = fc
  .record({
    place: fc.constantFrom(...places),
    rules,
    base: fc.constantFrom("last", "hourly", "daily", "weekly", "monthly", "yearly"),
    distances: fc.array(fc.tuple(distance, fc.subarray(["a", "b", "k:v"])), { minLength: 1, maxLength: 40 }),
    now: fc.oneof({ weight: 3, arbitrary: fc.constant(1e12) }, { weight: 1, arbitrary: distance }),
  })
  .chain(({ place: [timezone, odd], rules: some, base, distances, now }) => {
    const start = Date.parse(odd);
    return fc.shuffledSubarray([...distances.keys()], { minLength: distances.length }).map((names) => ({
      policy: { timezone, ...some, [base]: Math.max(1, some[base as "last"] ?? 1) },
      snapshots: distances.map(([away, tags], index) => ({
        id: `s${names[index]}`,
        time: new Date(start + away),
        tags,
      })),
      now: new Date(start + now),
    }));
  });
