import { isGood, type ObservedSnapshot } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import { newestDueSlot } from "../schedule/slots.ts";
import type { Schedule } from "../schedule/types.ts";
import type { MissedSlots } from "./types.ts";

/** Missed slots are counted up to here. */
const MOST_COUNTED = 1_000;

/** What a policy's schedule asks for on one volume. */
export interface Due {
  readonly dueSlot: Date | undefined;
  /** Slot of the newest good snapshot that is not in the future. */
  readonly newestSlot: Date | undefined;
  readonly missed: MissedSlots;
  /** The slot to make a snapshot for, with why. Always the newest due one: older ones have passed. */
  readonly wanted: { readonly slot: Date; readonly reason: string } | undefined;
}

/**
 * Compares a policy's own snapshots of a volume with its schedule. What failed or is not finished does not count, nor
 * does a snapshot that was taken before its slot, which only a wrong clock can have made.
 */
export function findDue(policy: Policy, own: readonly ObservedSnapshot[], now: Date): Due {
  const dueSlot = newestDue(policy.schedule, now);
  const newest = newestGood(own, now.getTime());
  const newestSlot = newest === undefined ? undefined : new Date(newest);
  const base = { dueSlot, newestSlot };
  if (dueSlot === undefined) return { ...base, missed: { count: 0, more: false }, wanted: undefined };
  const missed =
    newest === undefined ? { count: 0, more: false } : countMissed(policy, newest, dueSlot.getTime());
  if (newest !== undefined && newest >= dueSlot.getTime()) return { ...base, missed, wanted: undefined };
  return { ...base, missed, wanted: { slot: dueSlot, reason: reasonFor(dueSlot, newestSlot, missed) } };
}

/** The stretch from one slot to the next in which each schedule was last asked: all volumes ask for the same one. */
const asked = new WeakMap<Schedule, { readonly slot: number; readonly next: number }>();

function newestDue(schedule: Schedule, now: Date): Date | undefined {
  const time = now.getTime();
  const known = asked.get(schedule);
  if (known !== undefined && known.slot <= time && time < known.next) return new Date(known.slot);
  const slot = newestDueSlot(schedule, now);
  if (slot !== undefined) {
    asked.set(schedule, {
      slot: slot.getTime(),
      next: schedule.firstAfter(time) ?? Number.POSITIVE_INFINITY,
    });
  }
  return slot;
}

function newestGood(own: readonly ObservedSnapshot[], now: number): number | undefined {
  let newest: number | undefined;
  for (const each of own) {
    const slot = each.backupName?.slot.getTime();
    if (slot === undefined || slot > now || each.early === true || !isGood(each)) continue;
    if (newest === undefined || slot > newest) newest = slot;
  }
  return newest;
}

/** The slots before the one that is due, newest first, as far back as somebody has asked: all volumes ask for the same ones. */
const passed = new WeakMap<Schedule, { readonly due: number; readonly slots: number[] }>();

/** The slots between the newest good snapshot and the one that is due now. */
function countMissed({ schedule }: Policy, after: number, due: number): MissedSlots {
  let known = passed.get(schedule);
  if (known?.due !== due) {
    known = { due, slots: [] };
    passed.set(schedule, known);
  }
  const { slots } = known;
  for (let oldest = slots.at(-1) ?? due; oldest > after && slots.length <= MOST_COUNTED; ) {
    const before = schedule.lastAtOrBefore(oldest - 1);
    if (before === undefined) break;
    slots.push(before);
    oldest = before;
  }
  const count = howManyAfter(slots, after);
  if (count === 0) return { count, more: false };
  const more = count > MOST_COUNTED;
  const first = more ? schedule.firstAfter(after) : slots[count - 1];
  return {
    count: Math.min(count, MOST_COUNTED),
    more,
    ...(first === undefined ? {} : { first: new Date(first).toISOString() }),
    ...(more || slots[0] === undefined ? {} : { last: new Date(slots[0]).toISOString() }),
  };
}

/** How many of these instants, newest first, are later than `after`. */
function howManyAfter(newestFirst: readonly number[], after: number): number {
  let [low, high] = [0, newestFirst.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((newestFirst[middle] ?? after) > after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function reasonFor(slot: Date, newest: Date | undefined, missed: MissedSlots): string {
  const due = `slot ${slot.toISOString()} is due`;
  if (newest === undefined) return `${due}; the first good snapshot of this policy`;
  const since = `${due}; the newest good snapshot is of slot ${newest.toISOString()}`;
  if (missed.count === 0) return since;
  const plural = missed.count === 1 && !missed.more ? "slot between was" : "slots between were";
  return `${since}; ${missed.more ? "more than " : ""}${missed.count} ${plural} missed`;
}
