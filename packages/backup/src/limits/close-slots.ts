import { compareText } from "../compare-text.ts";
import { showDuration } from "../duration.ts";
import type { Policy } from "../policy/types.ts";
import { rememberingForDay, sampleSlots, shortestGap } from "./sample-slots.ts";

/** Slots that cannot be kept: a provider does not allow snapshots so close together. */
export interface CloseSlots {
  readonly first: { readonly policyId: string; readonly slot: Date };
  readonly second: { readonly policyId: string; readonly slot: Date };
  readonly apartMs: number;
  /** So many of the slots that were looked at are so. */
  readonly crowded: number;
  readonly looked: number;
}

/** Of one policy's slots, neighbours closer than the gap are a mistake above this share; the rest are nights when clocks change. */
const RARE = 0.05;
/** Of several policies, meetings that cannot be worked off are refused above this share of the rarer one's slots. */
const RECURRING = 0.5;
/** So many slots of each policy are looked at. */
const MOST = 200;

/** By policies and gap, for the first of the policies: an account has several sets of them, and clouds of several gaps. */
const foundOn = rememberingForDay((_first: Policy) => new Map<string, CloseSlots | undefined>());

/**
 * What these policies ask of one volume again and again and cannot get: slots of one policy that are closer together
 * than the gap, or slots of several of which one cannot be made before its policy's next one comes, though they are made
 * one after the other. Looks forward from the day of `now`. What happens once in a while is no reason: it is worked off
 * then, and so are policies that always meet and leave each other time.
 */
export function closeSlots(policies: readonly Policy[], gapMs: number, now: Date): CloseSlots | undefined {
  const [first] = policies;
  if (first === undefined) return undefined;
  const found = foundOn(first, now);
  const key = JSON.stringify([policies.map(({ id }) => id), gapMs]);
  if (!found.has(key)) found.set(key, findClose(policies, gapMs, now));
  return found.get(key);
}

function findClose(policies: readonly Policy[], gapMs: number, now: Date): CloseSlots | undefined {
  for (const policy of policies) {
    const found = within(policy, gapMs, now);
    if (found !== undefined) return found;
  }
  if (policies.length < 2) return undefined;
  for (const policy of rarestFirst(policies, now)) {
    const found = amongOthers(policy, policies, gapMs, now);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is wrong with them, for people. */
export function showCloseSlots(close: CloseSlots, gapMs: number, provider: string): string {
  const { first, second, apartMs, crowded, looked } = close;
  const [a, b] = [first.slot.toISOString(), second.slot.toISOString()];
  const alone = first.policyId === second.policyId;
  const slots = alone
    ? `policy ${first.policyId} has slots at ${a} and ${b}`
    : `policy ${first.policyId} has a slot at ${a}, policy ${second.policyId} at ${b}`;
  const why = alone
    ? ""
    : "; made one after the other, they are not done before the next slot, " +
      `and so it is with ${crowded} of ${looked} slots of policy ${first.policyId}`;
  return (
    `${slots}: ${showDuration(apartMs)} apart; ${provider} allows one snapshot of a volume ` +
    `every ${showDuration(gapMs)}${why}`
  );
}

function within(policy: Policy, gapMs: number, now: Date): CloseSlots | undefined {
  const slots = sampleSlots(policy.schedule, now);
  const shortest = shortestGap(slots);
  if (shortest === undefined || shortest.ms >= gapMs) return undefined;
  const looked = slots.length - 1;
  const crowded = slots.filter((slot, index) => slot - (slots[index - 1] ?? -gapMs) < gapMs).length;
  if (crowded <= RARE * looked) return undefined;
  const { at, ms } = shortest;
  return {
    first: { policyId: policy.id, slot: new Date(at) },
    second: { policyId: policy.id, slot: new Date(at + ms) },
    apartMs: ms,
    crowded,
    looked,
  };
}

function amongOthers(
  policy: Policy,
  policies: readonly Policy[],
  gapMs: number,
  now: Date,
): CloseSlots | undefined {
  const slots = sampleSlots(policy.schedule, now).slice(0, MOST);
  const found = slots.map((slot) => crowdedAround(policy, slot, policies, gapMs));
  const crowded = found.filter((each) => each !== undefined);
  const [example] = crowded;
  if (example === undefined || crowded.length <= RECURRING * slots.length) return undefined;
  const { slot, other, otherSlot } = example;
  return {
    first: { policyId: policy.id, slot: new Date(slot) },
    second: { policyId: other.id, slot: new Date(otherSlot) },
    apartMs: Math.abs(otherSlot - slot),
    crowded: crowded.length,
    looked: slots.length,
  };
}

/** The policy with most time between its slots first. */
function rarestFirst(policies: readonly Policy[], now: Date): readonly Policy[] {
  const spacing = ({ schedule }: Policy): number => {
    const slots = sampleSlots(schedule, now);
    return ((slots.at(-1) ?? 0) - (slots[0] ?? 0)) / slots.length;
  };
  return policies.toSorted((a, b) => spacing(b) - spacing(a));
}

/** Around each slot so many gaps are looked at, on both sides, */
const REACH = 6;
/** and twice as many again and again, up to these, where that shows neither a slot that is lost nor a time of rest. */
const FARTHEST = 96;

/** A slot, and the one of another policy that is nearest to it. */
interface Crowded {
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
function crowdedAround(
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
