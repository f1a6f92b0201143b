import * as z from "zod";
import { keyedObject, readonlyList, truth } from "../schema.ts";
import { parseOrThrow } from "./policy-error.ts";
import { isZeroSpan, parseSpan } from "./span.ts";
import { isTimeZone, TIME_ZONE_NAME } from "./time-zone.ts";

// Each message says what is allowed; policy-error.ts adds the path and what was found.
const aCount = "a whole number, 0 (no such rule) or more";
const aSpan =
  'a span such as "1y2m3d4h": whole numbers of y(ears), m(onths), d(ays), h(ours), each unit once';
const tagLists = "a list of lists of tags (outer: any list, inner: all its tags), no inner list empty";
const aTag = 'a tag, "key" or "key:value"';

const count = z.number(aCount).int(aCount).min(0, aCount).optional();
const span = z
  .string(aSpan)
  .refine((text) => parseSpan(text) !== undefined, aSpan)
  .optional();

/** The IANA name of a time zone. */
export const timeZoneSchema = z.string(TIME_ZONE_NAME).refine(isTimeZone, TIME_ZONE_NAME);

const counts = {
  /** Keep the newest n snapshots. */
  last: count,
  /** Keep the newest snapshot of each of the newest n hours that have one. */
  hourly: count,
  /** Keep the newest snapshot of each of the newest n days that have one. */
  daily: count,
  /** Keep the newest snapshot of each of the newest n ISO weeks (Monday to Sunday) that have one. */
  weekly: count,
  /** Keep the newest snapshot of each of the newest n months that have one. */
  monthly: count,
  /** Keep the newest snapshot of each of the newest n years that have one. */
  yearly: count,
};
const spans = {
  /**
   * Keep every snapshot strictly newer than the newest one (that is not in the future) minus this span:
   * `1y2m3d4h`. Years, months and days go by the calendar of `timezone`, hours by elapsed time.
   */
  within: span,
  /** Within this span (as for `within`), keep the newest snapshot of each hour. */
  withinHourly: span,
  /** Within this span, keep the newest snapshot of each day. */
  withinDaily: span,
  /** Within this span, keep the newest snapshot of each ISO week. */
  withinWeekly: span,
  /** Within this span, keep the newest snapshot of each month. */
  withinMonthly: span,
  /** Within this span, keep the newest snapshot of each year. */
  withinYearly: span,
};
const shape = {
  /** IANA name, such as `Europe/Berlin` or `UTC`: whose wall clock cuts hours, days, weeks, months and years. */
  timezone: timeZoneSchema,
  ...counts,
  ...spans,
  /**
   * Keep snapshots that have all tags of at least one of the lists; a tag is written `key` or `key:value`, and capitals
   * make no difference.
   */
  keepTags: readonlyList(
    z.array(readonlyList(z.array(z.string(aTag).min(1, aTag), tagLists).min(1, tagLists)), tagLists),
  ).optional(),
  /**
   * Whether a count rule with count left, or a `within…` rule that reaches that far, also keeps the oldest
   * snapshot, so that the history gets as long as the rule allows. Default true.
   */
  keepOldest: truth.optional(),
};
const policyKeys = keyedObject(shape);
const rulesKeys = keyedObject({
  ...shape,
  /** Default: that of whatever holds the rules. */
  timezone: timeZoneSchema.optional(),
});

/**
 * Which snapshots of a volume stay. Any rule that matches keeps a snapshot; one snapshot may use up several rules.
 * A rule left out, a count of 0 and a span of zero are the same: no such rule. At least one rule is needed.
 */
export interface RetentionPolicy extends z.input<typeof policyKeys> {}

/** A retention policy inside something that has a time zone of its own, which is taken where none is given. */
export interface RetentionRules extends z.input<typeof rulesKeys> {}

const refusal = {
  error: "at least one rule that keeps something: a count above 0, a span above zero, or keepTags",
  when: ({ issues }: { readonly issues: readonly unknown[] }): boolean => issues.length === 0,
};
const policySchema = policyKeys.refine(keepsSomething, refusal);
/** Of {@link RetentionRules}. */
export const rulesSchema = rulesKeys.refine(keepsSomething, refusal);

/** The rules that count. */
export type CountRuleName = keyof typeof counts;

/** The rules that reach back by a span and keep one snapshot of each period. */
export type WithinRuleName = Exclude<keyof typeof spans, "within">;

/**
 * Checks that `value` is a retention policy and returns it.
 *
 * @throws PolicyError `invalid_argument`, listing each path, what was found and what is allowed: an unknown key or
 * zone, a negative or fractional count, a span that cannot be read, a policy without any rule.
 */
export function parseRetentionPolicy(value: unknown): RetentionPolicy {
  return parseOrThrow(policySchema, value, "policy");
}

function keepsSomething(policy: RetentionRules): boolean {
  return keepsNewest(policy) || (policy.keepTags ?? []).length > 0;
}

/** Whether a count or a span keeps the newest snapshot, whatever its tags. */
export function keepsNewest(policy: RetentionRules): boolean {
  const someCount = keysOf(counts).some((key) => (policy[key] ?? 0) > 0);
  return someCount || keysOf(spans).some((key) => reaches(policy[key]));
}

function reaches(text: string | undefined): boolean {
  const parsed = text === undefined ? undefined : parseSpan(text);
  return parsed !== undefined && !isZeroSpan(parsed);
}

function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(record) as K[];
}
