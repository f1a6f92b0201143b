import { showDuration } from "../duration.ts";
import type { Policy } from "../policy/types.ts";
import { sampleSlots, shortestGap } from "./samples.ts";

/** Two slots that a provider does not allow so close together. */
export interface CloseSlots {
  readonly first: { readonly policyId: string; readonly slot: Date };
  readonly second: { readonly policyId: string; readonly slot: Date };
  readonly apartMs: number;
}

/** What has been compared already. */
const known = new WeakMap<Policy, WeakMap<Policy, Map<string, CloseSlots | undefined>>>();

/**
 * The closest slots of one policy, or of two, when they are closer than `gapMs`. Looks at 400 days from the beginning
 * of the UTC year on, at most at 500 slots of the rarer policy.
 */
export function closeSlots(one: Policy, other: Policy, gapMs: number, now: Date): CloseSlots | undefined {
  const byOther = known.get(one) ?? new WeakMap<Policy, Map<string, CloseSlots | undefined>>();
  known.set(one, byOther);
  const results = byOther.get(other) ?? new Map<string, CloseSlots | undefined>();
  byOther.set(other, results);
  const key = `${gapMs} ${now.getUTCFullYear()}`;
  if (!results.has(key))
    results.set(key, one === other ? within(one, gapMs, now) : between(one, other, gapMs, now));
  return results.get(key);
}

/** What is wrong with them, for people. */
export function showCloseSlots(
  { first, second, apartMs }: CloseSlots,
  gapMs: number,
  provider: string,
): string {
  const [a, b] = [first.slot.toISOString(), second.slot.toISOString()];
  const slots =
    first.policyId === second.policyId
      ? `policy ${first.policyId} has slots at ${a} and ${b}`
      : `policy ${first.policyId} has a slot at ${a}, policy ${second.policyId} at ${b}`;
  return (
    `${slots}: ${showDuration(apartMs)} apart; ${provider} allows one snapshot of a volume ` +
    `every ${showDuration(gapMs)}`
  );
}

function within(policy: Policy, gapMs: number, now: Date): CloseSlots | undefined {
  const shortest = shortestGap(sampleSlots(policy.schedule, now));
  if (shortest === undefined || shortest.ms >= gapMs) return undefined;
  const { at, ms } = shortest;
  return {
    first: { policyId: policy.id, slot: new Date(at) },
    second: { policyId: policy.id, slot: new Date(at + ms) },
    apartMs: ms,
  };
}

function between(one: Policy, other: Policy, gapMs: number, now: Date): CloseSlots | undefined {
  const [rare, dense] = rarerFirst(one, other, now);
  let closest: { readonly slot: number; readonly near: number } | undefined;
  for (const slot of sampleSlots(rare.schedule, now)) {
    const before = dense.schedule.lastAtOrBefore(slot);
    const near = [before, before === slot ? undefined : dense.schedule.firstAfter(slot)];
    for (const each of near) {
      if (each === undefined) continue;
      const apart = Math.abs(each - slot);
      if (apart >= gapMs || (closest !== undefined && apart >= Math.abs(closest.near - closest.slot)))
        continue;
      closest = { slot, near: each };
    }
    if (closest?.near === closest?.slot && closest !== undefined) break;
  }
  if (closest === undefined) return undefined;
  return {
    first: { policyId: rare.id, slot: new Date(closest.slot) },
    second: { policyId: dense.id, slot: new Date(closest.near) },
    apartMs: Math.abs(closest.near - closest.slot),
  };
}

/** The policy with more time between its slots first: fewer of them have to be looked at. */
function rarerFirst(one: Policy, other: Policy, now: Date): readonly [Policy, Policy] {
  const spacing = ({ schedule }: Policy): number => {
    const slots = sampleSlots(schedule, now);
    return ((slots.at(-1) ?? 0) - (slots[0] ?? 0)) / slots.length;
  };
  return spacing(one) >= spacing(other) ? [one, other] : [other, one];
}
