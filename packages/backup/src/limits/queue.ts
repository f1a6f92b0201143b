import { compareText } from "../compare-text.ts";
import type { Policy } from "../policy/types.ts";

/** Around each slot so many gaps are looked at, on both sides, */
const REACH = 6;
/** and twice as many again and again, up to these, where that shows neither a slot that is lost nor a time of rest. */
const FARTHEST = 96;

/** A slot, and the one of another policy that is nearest to it. */
export interface Crowded {
  readonly slot: number;
  readonly other: Policy;
  readonly otherSlot: number;
}

interface Asked {
  readonly policy: Policy;
  readonly slot: number;
}

/**
 * Whether a slot lies in a time that is too full: snapshots are made one after the other, a gap apart, each for its
 * policy's newest slot that has come, as runs do; and before all is made that was waiting, a slot is overtaken by the
 * next one of its policy.
 */
export function crowdedAround(
  policy: Policy,
  slot: number,
  policies: readonly Policy[],
  gapMs: number,
): Crowded | undefined {
  const busy = busyAround(policy, slot, policies, gapMs);
  if (busy?.lost !== true) return undefined;
  const [nearest] = busy.all
    .filter((each) => each.policy !== policy)
    .sort((a, b) => Math.abs(a.slot - slot) - Math.abs(b.slot - slot));
  return nearest === undefined ? undefined : { slot, other: nearest.policy, otherSlot: nearest.slot };
}

/** The busy time in which a slot lies. What is asked a little too often is lost hours after the queue began to grow. */
function busyAround(
  policy: Policy,
  slot: number,
  policies: readonly Policy[],
  gapMs: number,
): Busy | undefined {
  for (let reach = REACH; ; reach *= 2) {
    const [from, until] = [slot - reach * gapMs, slot + reach * gapMs];
    const asked = policies
      .flatMap((each) => slotsBetween(each, from, until))
      .sort((a, b) => a.slot - b.slot || compareText(a.policy.id, b.policy.id));
    const busy = busyTimes(asked, gapMs).find(({ all }) =>
      all.some((each) => each.policy === policy && each.slot === slot),
    );
    if (busy === undefined || busy.lost || reach >= FARTHEST) return busy;
    if ((busy.all[0]?.slot ?? slot) - from >= gapMs && busy.until <= until) return busy;
  }
}

function slotsBetween(policy: Policy, from: number, until: number): Asked[] {
  const { schedule } = policy;
  const found: Asked[] = [];
  let at = schedule.firstAfter(from - 1);
  for (; at !== undefined && at <= until; at = schedule.firstAfter(at)) found.push({ policy, slot: at });
  return found;
}

/** A time in which there is always something waiting to be made. */
interface Busy {
  readonly all: Asked[];
  /** When the next snapshot may be made. */
  until: number;
  lost: boolean;
}

/** @param asked in order */
function busyTimes(asked: readonly Asked[], gapMs: number): readonly Busy[] {
  const times: Busy[] = [];
  const left = [...asked];
  let waiting: Asked[] = [];
  let free = Number.NEGATIVE_INFINITY;
  let busy: Busy | undefined;
  while (left.length + waiting.length > 0) {
    const start = Math.max(free, waiting[0]?.slot ?? left[0]?.slot ?? free);
    if (busy === undefined || start > free) {
      busy = { all: [], until: start, lost: false };
      times.push(busy);
    }
    for (let [next] = left; next !== undefined && next.slot <= start; [next] = left) {
      left.shift();
      busy.all.push(next);
      const { policy } = next;
      const others = waiting.filter((each) => each.policy !== policy);
      busy.lost ||= others.length < waiting.length;
      waiting = [...others, next];
    }
    waiting.shift();
    free = start + gapMs;
    busy.until = free;
  }
  return times;
}
