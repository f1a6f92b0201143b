/**
 * Which snapshots of a volume stay. Any rule that matches keeps a snapshot; one snapshot may use up several rules.
 * A rule left out, a count of 0 and a span of zero are the same: no such rule. At least one rule is needed.
 */
export interface RetentionPolicy {
  /** IANA name, such as `Europe/Berlin` or `UTC`: whose wall clock cuts hours, days, weeks, months and years. */
  readonly timezone: string;
  /** Keep the newest n snapshots. */
  readonly last?: number | undefined;
  /** Keep the newest snapshot of each of the newest n hours that have one. */
  readonly hourly?: number | undefined;
  /** Keep the newest snapshot of each of the newest n days that have one. */
  readonly daily?: number | undefined;
  /** Keep the newest snapshot of each of the newest n ISO weeks (Monday to Sunday) that have one. */
  readonly weekly?: number | undefined;
  /** Keep the newest snapshot of each of the newest n months that have one. */
  readonly monthly?: number | undefined;
  /** Keep the newest snapshot of each of the newest n years that have one. */
  readonly yearly?: number | undefined;
  /**
   * Keep every snapshot strictly newer than the newest one (that is not in the future) minus this span:
   * `1y2m3d4h`. Years, months and days go by the calendar of `timezone`, hours by elapsed time.
   */
  readonly within?: string | undefined;
  /** Within this span (as for `within`), keep the newest snapshot of each hour. */
  readonly withinHourly?: string | undefined;
  /** Within this span, keep the newest snapshot of each day. */
  readonly withinDaily?: string | undefined;
  /** Within this span, keep the newest snapshot of each ISO week. */
  readonly withinWeekly?: string | undefined;
  /** Within this span, keep the newest snapshot of each month. */
  readonly withinMonthly?: string | undefined;
  /** Within this span, keep the newest snapshot of each year. */
  readonly withinYearly?: string | undefined;
  /**
   * Keep snapshots that have all tags of at least one of the lists; a tag is written `key` or `key:value`, and capitals
   * make no difference.
   */
  readonly keepTags?: readonly (readonly string[])[] | undefined;
  /**
   * Whether a count rule with count left, or a `within…` rule that reaches that far, also keeps the oldest
   * snapshot, so that the history gets as long as the rule allows. Default true.
   */
  readonly keepOldest?: boolean | undefined;
}

/** The states of a snapshot in `@polyvol/core`. `available` and `restoring` ones are good, the others are not. */
export type RetentionState = "available" | "restoring" | "creating" | "deleting" | "error" | "unknown";

/** What retention needs to know of a snapshot. */
export interface RetentionSnapshot {
  /** Unique in the whole list. Breaks ties: of equal times the smaller id (by code units) counts as newer. */
  readonly id: string;
  /** When it was taken. */
  readonly time: Date;
  /** Its volume; each volume is judged alone. Snapshots without one form one group. */
  readonly volume?: string | undefined;
  /** As in `@polyvol/core`, or as texts `key` and `key:value`. The key `polyvol-hold` is a hold, in whatever capitals. */
  readonly tags?: Readonly<Record<string, string>> | readonly string[] | undefined;
  /** Default `available`. */
  readonly state?: RetentionState | undefined;
  /** Whether a hold keeps it whatever the rules say. The tag `polyvol-hold` holds as well. Default false. */
  readonly held?: boolean | undefined;
}

/** The rules that count. */
export type CountRuleName = "last" | "hourly" | "daily" | "weekly" | "monthly" | "yearly";

/** The rules that reach back by a span and keep one snapshot of each period. */
export type WithinRuleName =
  | "withinHourly"
  | "withinDaily"
  | "withinWeekly"
  | "withinMonthly"
  | "withinYearly";

/** Why a snapshot stays. */
export interface RetentionReason {
  /** The key of the policy, or one of the guards that outrank every policy. */
  readonly rule: CountRuleName | WithinRuleName | "within" | "keepTags" | "hold" | "restoring" | "newest";
  /** For people: `daily 2026-11-03 (2 of 7)`, `within 1m2d`, `tag gold`, `hold`, `newest good one`. */
  readonly text: string;
}

/** A snapshot that stays, with every reason that applies. */
export interface KeptSnapshot<S extends RetentionSnapshot> {
  /** The snapshot as given. */
  readonly snapshot: S;
  /** Never empty. */
  readonly reasons: readonly RetentionReason[];
}

/** What becomes of each snapshot. Each list goes volume by volume (by name), newest first. */
export interface RetentionResult<S extends RetentionSnapshot> {
  /** Snapshots that stay, each with its reasons. */
  readonly kept: readonly KeptSnapshot<S>[];
  /** Good snapshots that no rule and no guard keeps. */
  readonly removed: readonly S[];
  /** Snapshots that are not good (pending, failed, going, unknown): not counted, not removed. */
  readonly ignored: readonly S[];
}
