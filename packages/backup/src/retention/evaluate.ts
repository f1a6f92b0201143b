import { compareText } from "../compare-text.ts";
import { bucketsOf } from "./bucket.ts";
import { keepsNewest, parseRetentionPolicy, type RetentionPolicy } from "./policy.ts";
import { checkDate, invalidArgument, PolicyError, showFound } from "./policy-error.ts";
import { type Candidate, createRules, type Rule } from "./rules.ts";
import { hasHoldTag, protectingTags } from "./tags.ts";
import { zoneNamed } from "./time-zone.ts";
import type { KeptSnapshot, RetentionReason, RetentionResult, RetentionSnapshot } from "./types.ts";

/** Where no rule asks for tags. */
const NONE: ReadonlySet<string> = new Set();

/**
 * Decides which snapshots stay and which go, by restic's bucket rules with the policy's time zone. Pure: the order
 * of the input does not matter and nothing is read but the arguments.
 *
 * Each volume is judged alone. Its good snapshots are taken newest first, a date in the future counting as newest,
 * and shown to every rule. Three guards come on top and change nothing for other snapshots: a held one stays, one
 * being restored from stays, and the newest stays.
 *
 * @param options.now which dates are in the future: such a snapshot is not the newest from which spans reach back.
 * @throws PolicyError `invalid_argument` for a bad policy, an id that comes twice, or an invalid date;
 * `failed_precondition` when the rules keep nothing of a volume (only `keepTags` are given, and match nothing).
 */
export function evaluateRetention<S extends RetentionSnapshot>(
  policy: RetentionPolicy,
  snapshots: readonly S[],
  options: { readonly now: Date },
): RetentionResult<S> {
  return evaluateChecked(parseRetentionPolicy(policy), snapshots, options);
}

/** When it is, and from when spans reach back. */
export interface EvaluationTimes {
  readonly now: Date;
  /** The slot of a snapshot that is about to be made: spans reach back from it, as they will when it is there. */
  readonly spansFrom?: Date | undefined;
}

/** {@link evaluateRetention} for a policy that was checked before. */
export function evaluateChecked<S extends RetentionSnapshot>(
  checked: RetentionPolicy,
  snapshots: readonly S[],
  { now, spansFrom }: EvaluationTimes,
): RetentionResult<S> {
  checkSnapshots(snapshots, now);
  const zone = zoneNamed(checked.timezone);
  const kept: KeptSnapshot<S>[] = [];
  const removed: S[] = [];
  const ignored: S[] = [];
  const refused: string[] = [];

  for (const volume of byVolume(snapshots)) {
    const good = volume.filter(isGood);
    ignored.push(...volume.filter((snapshot) => !isGood(snapshot)));
    const newest = newestPast(good, now);
    const rules = createRules(checked, zone, latestOf(newest, spansFrom));
    const tagsCount = (checked.keepTags ?? []).length > 0;
    let rulesKeep = 0;
    good.forEach((snapshot, position) => {
      const time = snapshot.time.getTime();
      const reasons = applyRules(rules, {
        time,
        oldest: position === good.length - 1,
        tags: tagsCount ? protectingTags(snapshot.tags) : NONE,
        bucketOf: bucketsOf(time, zone),
      });
      rulesKeep += reasons.length;
      const all = [...guards(snapshot), ...reasons];
      if (position === 0 && all.length === 0) all.push({ rule: "newest", text: "newest good one" });
      if (all.length > 0) kept.push({ snapshot, reasons: all });
      else removed.push(snapshot);
    });
    if (good.length > 0 && rulesKeep === 0 && !keepsNewest(checked)) refused.push(volumeName(volume[0]));
  }
  if (refused.length > 0) throw keepsNothing(checked, refused);
  return { kept, removed, ignored };
}

/** Good snapshots count and may be removed; all others are left alone. */
function isGood({ state = "available" }: RetentionSnapshot): boolean {
  return state === "available" || state === "restoring";
}

/** The snapshots of each volume, newest first, of equal times the smaller id first; volumes by name. */
function byVolume<S extends RetentionSnapshot>(snapshots: readonly S[]): S[][] {
  const groups = Map.groupBy(snapshots, ({ volume = "" }) => volume);
  const byName = [...groups].sort(([a], [b]) => compareText(a, b));
  return byName.map(([, group]) => group.sort(newestFirst));
}

function newestFirst(a: RetentionSnapshot, b: RetentionSnapshot): number {
  return b.time.getTime() - a.time.getTime() || compareText(a.id, b.id);
}

function newestPast(sorted: readonly RetentionSnapshot[], now: Date): number | undefined {
  return sorted.find((snapshot) => snapshot.time.getTime() <= now.getTime())?.time.getTime();
}

/** From when spans reach back; from nowhere, where all that there is lies in the future. */
function latestOf(newest: number | undefined, spansFrom: Date | undefined): number | undefined {
  if (spansFrom === undefined) return newest;
  return Math.max(newest ?? Number.NEGATIVE_INFINITY, spansFrom.getTime());
}

/** Every rule sees every candidate, since rules remember what they have seen. */
function applyRules(rules: readonly Rule[], candidate: Candidate): RetentionReason[] {
  const reasons: RetentionReason[] = [];
  for (const rule of rules) {
    const reason = rule(candidate);
    if (reason !== undefined) reasons.push(reason);
  }
  return reasons;
}

function guards({ held = false, tags, state }: RetentionSnapshot): RetentionReason[] {
  const reasons: RetentionReason[] = [];
  if (held || hasHoldTag(tags)) reasons.push({ rule: "hold", text: "hold" });
  if (state === "restoring") reasons.push({ rule: "restoring", text: "being restored from" });
  return reasons;
}

function checkSnapshots(snapshots: readonly RetentionSnapshot[], now: Date): void {
  checkDate(now, "now");
  const seen = new Set<string>();
  snapshots.forEach(({ id, time }, index) => {
    const path = `snapshots[${index}]`;
    if (seen.has(id)) {
      throw invalidArgument([{ path: `${path}.id`, found: showFound(id), allowed: "each id once" }]);
    }
    checkDate(time, `${path}.time`);
    seen.add(id);
  });
}

function volumeName(snapshot: RetentionSnapshot | undefined): string {
  return snapshot?.volume === undefined ? "the snapshots given" : `volume ${snapshot.volume}`;
}

function keepsNothing(policy: RetentionPolicy, volumes: readonly string[]): PolicyError {
  const tags = (policy.keepTags ?? []).map((list) => list.join(" and ")).join(", or ");
  return new PolicyError(
    "failed_precondition",
    `refused, nothing is removed: no rule of the policy keeps any good snapshot of ${volumes.join(", ")}` +
      ` (none has the tags: ${tags}); correct keepTags or add a rule such as "last"`,
  );
}
