import { tagTexts } from "@polyvol/core";
import { fitName } from "@polyvol/core/driver";
import { compareText } from "../compare-text.ts";
import { showDuration } from "../duration.ts";
import { ownTags } from "../naming.ts";
import { MAY_BE_KEPT, mayBeKept } from "../observe/hidden-marks.ts";
import { type HiddenMarks, isGood, type ObservedSnapshot } from "../observe/inventory.ts";
import { failedLater } from "../policy/owned.ts";
import type { Policy } from "../policy/types.ts";
import { evaluateChecked } from "../retention/evaluate.ts";
import type { RetentionPolicy } from "../retention/policy.ts";
import type { RetentionSnapshot } from "../retention/types.ts";

/** A snapshot of one policy on one volume, as retention sees it: its time is its slot. */
interface Candidate extends RetentionSnapshot {
  readonly seen: ObservedSnapshot | undefined;
}

/** What keeps a snapshot whatever the rules say. */
const UNCONDITIONAL_RULES: ReadonlySet<string> = new Set(["hold", "restoring", "keepTags"]);

/** What retention and brakes make of the snapshots of one policy on one volume. */
export interface RetentionDecision {
  readonly keep: readonly KeptSnapshotDecision[];
  /**
   * Newest first: in this order no deletion changes what the rules say of the others. Last those that a later change has left
   * in error.
   */
  readonly remove: readonly ObservedSnapshot[];
  /** Set when more would go than the share. */
  readonly brake?: Brake;
}

/** What the brake on the share does. */
export interface Brake {
  /** How many would go without it. */
  readonly wouldGo: number;
  /** With the figures, for people. */
  readonly why: string;
}

export interface KeptSnapshotDecision {
  readonly seen: ObservedSnapshot;
  readonly reasons: readonly string[];
  /** Whether the counts and spans of the rules cover it, rather than a hold, a tag or its state. */
  readonly keptByRule: boolean;
  /** It would go, if it were sure that nothing keeps it: what would show that cannot be seen. */
  readonly isUnseen?: true;
}

export interface RetentionContext {
  /** What is in the future for the rules. */
  readonly now: Date;
  /** The time by which the age of a snapshot is measured, in milliseconds. */
  readonly agedAt: number;
  /** A slot that a snapshot will be there for before anything goes. */
  readonly upcoming?: Date | undefined;
  /** The slot of a snapshot that needs room first: spans reach back from it, and counts do without it. */
  readonly spansFrom?: Date | undefined;
  /** Snapshots of this policy and volume that this run has deleted already. */
  readonly deletedBefore?: number;
  /** Ids of several snapshots of one name but for the one that counts. They are kept. */
  readonly surplus?: ReadonlySet<string>;
  /** What cannot be seen on the snapshots of this account, and might keep one. */
  readonly hidden?: HiddenMarks | undefined;
  /**
   * Where more would go than the share: whether its share goes (the oldest first, at least one) or nothing. A run lets
   * the share go with each new snapshot, so that what cannot go at once does not end the backups by filling the place.
   */
  readonly shareGoes?: boolean;
  /** Whether the brake on the share is lifted. */
  readonly liftBrake?: boolean | undefined;
}

/**
 * Judges the snapshots of one policy on one volume. Pure.
 *
 * @param own all that the policy owns there, in whatever state
 * @throws PolicyError `failed_precondition` when the rules keep nothing
 */
export function applyRetention(
  policy: Policy,
  own: readonly ObservedSnapshot[],
  options: RetentionContext,
): RetentionDecision {
  const { now, agedAt, upcoming, spansFrom, deletedBefore = 0 } = options;
  const judged: Candidate[] = [];
  const excluded: KeptSnapshotDecision[] = [];
  for (const seen of own) {
    const reason = exclusionReason(seen, options);
    if (reason === undefined) judged.push(toCandidate(policy, seen));
    else excluded.push({ seen, reasons: [reason], keptByRule: false });
  }
  if (upcoming !== undefined) judged.push(upcomingOf(policy, upcoming));
  const { kept, removed } = evaluateChecked(policy.retention, judged, { now, spansFrom });

  const keep: KeptSnapshotDecision[] = [];
  for (const { snapshot, reasons } of kept) {
    if (snapshot.seen === undefined) continue;
    const keptByRule = reasons.some(({ rule }) => !UNCONDITIONAL_RULES.has(rule));
    keep.push({ seen: snapshot.seen, reasons: reasons.map(({ text }) => text), keptByRule });
  }
  const broken = brokenToDelete(policy, own, judged, now);
  keep.push(...excluded.filter(({ seen }) => !broken.has(seen)));

  const mayGo = (seen: ObservedSnapshot): boolean => {
    const age = agedAt - seen.snapshot.createdAt.getTime();
    if (mayBeKept(seen, options.hidden))
      keep.push({ seen, reasons: [MAY_BE_KEPT], keptByRule: true, isUnseen: true });
    else if (age >= policy.brakes.minAgeMs) return true;
    else
      keep.push({
        seen,
        reasons: [`minimum age: ${showDuration(age)} of ${showDuration(policy.brakes.minAgeMs)}`],
        keptByRule: true,
      });
    return false;
  };
  const remove = newestSlotFirst(removed.flatMap((each) => each.seen ?? [])).filter(mayGo);
  const again = newestSlotFirst([...broken]).filter(mayGo);
  // The share is one of good snapshots: one that cannot be deleted would use it up each time.
  const decision = withBrake(policy, { keep, remove }, judged.length + deletedBefore, options);
  return { ...decision, remove: [...decision.remove, ...again] };
}

/**
 * Of those that a later change has left in error, such as a deletion that failed, those that no rule would keep if they
 * were good: they are deleted (again). The others may still be good, and stay for a person to look at.
 */
function brokenToDelete(
  policy: Policy,
  own: readonly ObservedSnapshot[],
  judged: readonly Candidate[],
  now: Date,
): ReadonlySet<ObservedSnapshot> {
  const broken = own.filter((seen) => failedLater(seen) && slotMismatch(seen, now) === undefined);
  // Without any good one, what such a snapshot holds may be the last backup.
  if (broken.length === 0 || !judged.some(({ seen }) => seen !== undefined)) return new Set();
  const asGood = broken.map((seen): Candidate => ({ ...toCandidate(policy, seen), state: "available" }));
  const { removed } = evaluateChecked(policy.retention, [...judged, ...asGood], { now });
  const ids = new Set(removed.map(({ id }) => id));
  return new Set(broken.filter(({ snapshot }) => ids.has(snapshot.id)));
}

function newestSlotFirst(seen: readonly ObservedSnapshot[]): readonly ObservedSnapshot[] {
  const slot = ({ backupName, snapshot }: ObservedSnapshot): number =>
    (backupName?.slot ?? snapshot.createdAt).getTime();
  return seen.toSorted((a, b) => slot(b) - slot(a) || compareText(a.snapshot.id, b.snapshot.id));
}

/** Holds what is above the share of one run. */
function withBrake(
  { brakes }: Policy,
  { keep, remove }: RetentionDecision,
  base: number,
  { deletedBefore = 0, shareGoes = false, liftBrake = false }: RetentionContext,
): RetentionDecision {
  const going = remove.length + deletedBefore;
  const most = shareOf(base, brakes.maxShare);
  if (remove.length === 0 || liftBrake || going <= most) return { keep, remove };
  const share = shareGoes ? Math.max(1, most) : 0;
  const go = Math.max(0, share - deletedBefore);
  const held = remove.slice(0, Math.max(0, remove.length - go));
  const why =
    `${going} of ${base} good snapshots would go in one run, ${percent(going / base)}; ` +
    `allowed: ${percent(brakes.maxShare)} (brakes.maxShare)`;
  return {
    keep: [...keep, ...held.map((seen) => ({ seen, reasons: [`brake: ${why}`], keptByRule: true }))],
    remove: remove.slice(held.length),
    brake: { wouldGo: remove.length, why },
  };
}

/** How many are at most that share. By division: a product such as 0.58 * 50 is a little less than the 29 that it means. */
function shareOf(base: number, share: number): number {
  const most = Math.ceil(base * share);
  return most / base <= share ? most : most - 1;
}

/** What retention is not shown at all, with the reason; undefined for what it is to judge. */
function exclusionReason(seen: ObservedSnapshot, { now, surplus }: RetentionContext): string | undefined {
  const { id, name, state, providerState } = seen.snapshot;
  if (surplus?.has(id)) return `surplus: another snapshot is named ${name}, too`;
  const shown = failedLater(seen) ? `${state} (${fitName(providerState ?? "")})` : state;
  if (!isGood(seen)) return `state ${shown}: not counted and not removed`;
  return slotMismatch(seen, now);
}

function slotMismatch(seen: ObservedSnapshot, now: Date): string | undefined {
  const slot = seen.backupName?.slot.getTime();
  if (slot !== undefined && slot > now.getTime())
    return "its slot is in the future: not counted and not removed";
  if (seen.early !== true) return undefined;
  return "taken before its slot, by a wrong clock: not counted and not removed";
}

/** The rules of a policy in short: `daily 7, weekly 4, within 3d`. */
export function showRules(retention: RetentionPolicy): string {
  const { timezone, keepTags, keepOldest, ...rules } = retention;
  const shown = Object.entries(rules)
    .filter(([, value]) => value !== 0)
    .map(([rule, value]) => `${rule} ${value}`);
  const tags = (keepTags ?? []).map((list) => `tags ${list.join(" and ")}`);
  return [...shown, ...tags].join(", ");
}

function toCandidate({ retention }: Policy, seen: ObservedSnapshot): Candidate {
  const { id, createdAt } = seen.snapshot;
  const state = seen.isSource === true ? "restoring" : seen.snapshot.state;
  const time = seen.backupName?.slot ?? createdAt;
  // Whether a tag holds it has been seen already, so tags are for the rules on them alone.
  const tags = retention.keepTags === undefined ? undefined : tagTexts(seen.snapshot);
  return { id, time, tags, state, held: seen.held, seen };
}

function upcomingOf(policy: Policy, slot: Date): Candidate {
  // No provider has such an id.
  return { id: "\u0000upcoming", time: slot, tags: ownTags(policy.id), seen: undefined, state: "available" };
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
