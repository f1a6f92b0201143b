import type { CountRuleName, WithinRuleName } from "./policy.ts";

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
