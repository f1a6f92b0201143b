import type { BucketOf, Period } from "./bucket.ts";
import type { CountRuleName, RetentionPolicy, WithinRuleName } from "./policy.ts";
import { isZeroSpan, parseSpan, subtractSpan } from "./span.ts";
import { canonicalTag, protectingTag } from "./tags.ts";
import type { Zone } from "./time-zone.ts";
import type { RetentionReason } from "./types.ts";

/** One good snapshot, as the rules see it. */
export interface Candidate {
  /** When it was taken, in milliseconds. */
  readonly time: number;
  /** Whether it is the oldest good one of its volume. */
  readonly oldest: boolean;
  /** Without capitals. */
  readonly tags: ReadonlySet<string>;
  readonly bucketOf: BucketOf;
}

/** Shown every candidate of one volume, newest first; remembers what it has kept. */
export type Rule = (candidate: Candidate) => RetentionReason | undefined;

/** The rules that count, with the period each counts one of. */
export const countRules: readonly (readonly [CountRuleName, Period | undefined])[] = [
  ["last", undefined],
  ["hourly", "hour"],
  ["daily", "day"],
  ["weekly", "week"],
  ["monthly", "month"],
  ["yearly", "year"],
];

/** The rules that keep one of each period within a span, with the count rule of that period. */
export const withinRules: readonly (readonly [WithinRuleName, Period, CountRuleName])[] = [
  ["withinHourly", "hour", "hourly"],
  ["withinDaily", "day", "daily"],
  ["withinWeekly", "week", "weekly"],
  ["withinMonthly", "month", "monthly"],
  ["withinYearly", "year", "yearly"],
];

/**
 * Fresh rules for one volume. Each is on its own: none knows what another has kept.
 *
 * @param newest when the newest good snapshot that is not in the future was taken; undefined when all are in the
 * future, and then every span reaches all of them.
 */
export function createRules(policy: RetentionPolicy, zone: Zone, newest: number | undefined): Rule[] {
  const keepOldest = policy.keepOldest ?? true;
  const rules = (policy.keepTags ?? []).map(tagRule);

  const all = reachOf(policy.within, zone, newest);
  if (all !== undefined) rules.push(spanRule(all));

  for (const [name, period] of countRules) {
    const count = policy[name] ?? 0;
    if (count === 0) continue;
    rules.push(period === undefined ? lastRule(count) : countRule(name, period, count, keepOldest));
  }
  for (const [name, period, label] of withinRules) {
    const reach = reachOf(policy[name], zone, newest);
    if (reach !== undefined) rules.push(withinRule(name, period, label, reach, keepOldest));
  }
  return rules;
}

function tagRule(wanted: readonly string[]): Rule {
  const tags = wanted.map(protectingTag);
  const text = `${tags.length === 1 ? "tag" : "tags"} ${wanted.map(canonicalTag).join(" and ")}`;
  return (candidate) =>
    tags.every((tag) => candidate.tags.has(tag)) ? { rule: "keepTags", text } : undefined;
}

function spanRule(reach: Reach): Rule {
  const reason: RetentionReason = { rule: "within", text: `within ${reach.text}` };
  return (candidate) => (candidate.time > reach.edge ? reason : undefined);
}

function lastRule(count: number): Rule {
  let used = 0;
  return () => (used < count ? { rule: "last", text: `last (${++used} of ${count})` } : undefined);
}

function countRule(rule: CountRuleName, period: Period, count: number, keepOldest: boolean): Rule {
  const admit = bucketFilter(period, keepOldest);
  let used = 0;
  return (candidate) => {
    const bucket = used < count ? admit(candidate) : undefined;
    if (bucket === undefined) return undefined;
    used += 1;
    return { rule, text: `${bucket.prefix}${rule} ${bucket.name} (${used} of ${count})` };
  };
}

function withinRule(
  rule: WithinRuleName,
  period: Period,
  label: CountRuleName,
  reach: Reach,
  keepOldest: boolean,
): Rule {
  const admit = bucketFilter(period, keepOldest);
  return (candidate) => {
    const bucket = candidate.time > reach.edge ? admit(candidate) : undefined;
    if (bucket === undefined) return undefined;
    return { rule, text: `${bucket.prefix}${label} ${bucket.name} within ${reach.text}` };
  };
}

/**
 * Admits the first candidate of each run of equal buckets: only the bucket admitted last is compared, so where
 * local time repeats a bucket may come twice. With `keepOldest` the oldest candidate is admitted in any case.
 */
function bucketFilter(
  period: Period,
  keepOldest: boolean,
): (candidate: Candidate) => { readonly name: string; readonly prefix: string } | undefined {
  let previous: string | undefined;
  return (candidate) => {
    const name = candidate.bucketOf(period);
    const repeated = name === previous;
    if (repeated && !(keepOldest && candidate.oldest)) return undefined;
    previous = name;
    return { name, prefix: repeated ? "oldest kept: " : "" };
  };
}

/** How far a span reaches: snapshots strictly newer than `edge` (milliseconds) are inside. */
interface Reach {
  readonly edge: number;
  readonly text: string;
}

function reachOf(text: string | undefined, zone: Zone, newest: number | undefined): Reach | undefined {
  const span = text === undefined ? undefined : parseSpan(text);
  if (text === undefined || span === undefined || isZeroSpan(span)) return undefined;
  return { text, edge: newest === undefined ? Number.NEGATIVE_INFINITY : subtractSpan(newest, span, zone) };
}
