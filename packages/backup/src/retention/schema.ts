import * as z from "zod";
import { parseOrThrow } from "./policy-error.ts";
import { isZeroSpan, parseSpan } from "./span.ts";
import { isTimeZone, TIME_ZONE_NAME } from "./time-zone.ts";
import type { RetentionPolicy } from "./types.ts";

// Each message says what is allowed; policy-error.ts adds the path and what was found.
const aCount = "a whole number, 0 (no such rule) or more";
const aSpan =
  'a span such as "1y2m3d4h": whole numbers of y(ears), m(onths), d(ays), h(ours), each unit once';
const tagLists = "a list of lists of tags (outer: any list, inner: all its tags), no inner list empty";
const aTag = 'a tag, "key" or "key:value"';
const aSwitch = "true or false";

const count = z.number(aCount).int(aCount).min(0, aCount).optional();
const span = z
  .string(aSpan)
  .refine((text) => parseSpan(text) !== undefined, aSpan)
  .optional();

/** The IANA name of a time zone. */
export const timeZoneSchema: z.ZodType<string> = z.string(TIME_ZONE_NAME).refine(isTimeZone, TIME_ZONE_NAME);

const counts = { last: count, hourly: count, daily: count, weekly: count, monthly: count, yearly: count };
const spans = {
  within: span,
  withinHourly: span,
  withinDaily: span,
  withinWeekly: span,
  withinMonthly: span,
  withinYearly: span,
};
const shape = {
  timezone: timeZoneSchema,
  ...counts,
  ...spans,
  keepTags: z.array(z.array(z.string(aTag).min(1, aTag), tagLists).min(1, tagLists), tagLists).optional(),
  keepOldest: z.boolean(aSwitch).optional(),
};
const aPolicy = `an object with the keys ${Object.keys(shape).join(", ")}`;
const someRule = "at least one rule that keeps something: a count above 0, a span above zero, or keepTags";

const refusal = {
  error: someRule,
  when: ({ issues }: { readonly issues: readonly unknown[] }): boolean => issues.length === 0,
};

/** Strict: an unknown key is an error. */
const retentionPolicySchema: z.ZodType<RetentionPolicy> = z
  .strictObject(shape, aPolicy)
  .refine(keepsSomething, refusal);

/** A retention policy inside something that has a time zone of its own, which is taken where none is given. */
export type RetentionRules = Omit<RetentionPolicy, "timezone"> & {
  /** Default: that of whatever holds the rules. */
  readonly timezone?: string | undefined;
};

/** {@link retentionPolicySchema} with `timezone` left to whoever holds it. */
export const retentionRulesSchema: z.ZodType<RetentionRules> = z
  .strictObject({ ...shape, timezone: timeZoneSchema.optional() }, aPolicy)
  .refine(keepsSomething, refusal);

/**
 * Checks that `value` is a retention policy and returns it.
 *
 * @throws PolicyError `invalid_argument`, listing each path, what was found and what is allowed: an unknown key or
 * zone, a negative or fractional count, a span that cannot be read, a policy without any rule.
 */
export function parseRetentionPolicy(value: unknown): RetentionPolicy {
  return parseOrThrow(retentionPolicySchema, value, "policy");
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
