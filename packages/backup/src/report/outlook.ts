import { tagTexts } from "@polyvol/core";
import { DAY_MS } from "../duration.ts";
import { isGood, type ObservedSnapshot } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import { evaluateChecked } from "../retention/evaluate.ts";
import { isPolicyError } from "../retention/policy-error.ts";
import type { RetentionSnapshot } from "../retention/types.ts";

/** What a month is here. */
const MONTH_MS = 30 * DAY_MS;
/** The outlook ends with what comes first, but not before a month. */
const MOST_SLOTS = 400;
const MOST_MS = 400 * DAY_MS;
/** A month of a denser schedule than this is not played through. */
const MOST_SLOTS_OF_A_MONTH = 3_000;

/** What the rules will do with the good snapshots of one policy on one volume, as long as every run comes on time. */
export interface Outlook {
  /** When each goes that goes, in milliseconds, by the slot that it is of. */
  readonly goesAt: ReadonlyMap<number, number>;
  /** Until when it was looked, in milliseconds. */
  readonly until: number;
  /** How many good snapshots the policy will have in a month; absent where the schedule is too dense to tell. */
  readonly inAMonth?: number;
}

interface Candidate extends RetentionSnapshot {
  readonly slot: number;
  readonly own: boolean;
}

/** Plays the schedule forward, and remembers the result for volumes whose snapshots are of the same slots. */
export function createOutlooks(now: Date): (policy: Policy, own: readonly ObservedSnapshot[]) => Outlook {
  const known = new Map<Policy, Map<string, Outlook>>();
  return (policy, own) => {
    const candidates = own.filter((seen) => isGood(seen) && seen.early !== true).map(toCandidate);
    const key = JSON.stringify(
      candidates
        .map(({ slot, held, tags }) => [slot, held, policy.retention.keepTags === undefined ? [] : tags])
        .sort(),
    );
    const outlooks = known.get(policy) ?? new Map<string, Outlook>();
    known.set(policy, outlooks);
    const outlook = outlooks.get(key) ?? lookAhead(policy, candidates, now.getTime());
    outlooks.set(key, outlook);
    return outlook;
  };
}

function lookAhead(policy: Policy, present: readonly Candidate[], now: number): Outlook {
  const { schedule, retention, brakes } = policy;
  const goesAt = new Map<number, number>();
  let there = [...present];
  let inAMonth: number | undefined;
  let until = now;
  try {
    for (let slots = 0; ; slots += 1) {
      const slot = schedule.firstAfter(until);
      if (slot === undefined || (inAMonth === undefined && slot > now + MONTH_MS)) inAMonth ??= there.length;
      if (slot === undefined || slot > now + MOST_MS) {
        until = Math.min(slot ?? now + MOST_MS, now + MOST_MS);
        break;
      }
      const settled = !there.some(({ own, held }) => own && held !== true);
      if (inAMonth !== undefined && (settled || slots >= MOST_SLOTS)) break;
      if (slots >= MOST_SLOTS_OF_A_MONTH) break;
      until = slot;
      there.push({
        id: `\u0000${slot}`,
        time: new Date(slot),
        slot,
        own: false,
        tags: [`polyvol-policy:${policy.id}`],
      });
      const { removed } = evaluateChecked(retention, there, { now: new Date(slot) });
      const going = new Set(removed.filter((each) => slot - each.slot >= brakes.minAgeMs));
      for (const each of going) if (each.own) goesAt.set(each.slot, slot);
      there = there.filter((each) => !going.has(each));
    }
  } catch (error) {
    // The rules keep nothing, so nothing goes: a plan says that as a problem.
    if (!isPolicyError(error)) throw error;
  }
  return { goesAt, until, ...(inAMonth === undefined ? {} : { inAMonth }) };
}

function toCandidate({ snapshot, backupName, held }: ObservedSnapshot): Candidate {
  const time = backupName?.slot ?? snapshot.createdAt;
  // One that is restored from now is not any more, later.
  return { id: snapshot.id, time, slot: time.getTime(), own: true, held, tags: tagTexts(snapshot) };
}
