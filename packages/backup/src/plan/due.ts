import { omitUndefined } from "@polyvol/core/driver";
import { isGood, type ObservedSnapshot } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { MissedSlots } from "./stored-plan.ts";

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
  const row = rowAt(policy.schedule, now.getTime());
  const newest = newestGood(own, now.getTime());
  const newestSlot = newest === undefined ? undefined : new Date(newest);
  const none = { count: 0, more: false };
  if (row === undefined) return { dueSlot: undefined, newestSlot, missed: none, wanted: undefined };
  const dueSlot = new Date(row.due);
  const missed = newest === undefined ? none : countMissed(policy.schedule, row, newest);
  const isThere = newest !== undefined && newest >= row.due;
  const wanted = isThere ? undefined : { slot: dueSlot, reason: reasonFor(dueSlot, newestSlot, missed) };
  return { dueSlot, newestSlot, missed, wanted };
}

/** The slots of a schedule around the time for which it was last asked. */
interface Row {
  /** The newest slot that was due. */
  readonly due: number;
  /** The one after it. */
  readonly next: number;
  /** Those before it, newest first, as far back as somebody has asked. */
  readonly passed: number[];
}

/** All volumes ask for the same one. */
const known = new WeakMap<Schedule, Row>();

function rowAt(schedule: Schedule, time: number): Row | undefined {
  const last = known.get(schedule);
  if (last !== undefined && last.due <= time && time < last.next) return last;
  const due = schedule.lastAtOrBefore(time);
  if (due === undefined) return undefined;
  const row: Row = { due, next: schedule.firstAfter(time) ?? Number.POSITIVE_INFINITY, passed: [] };
  known.set(schedule, row);
  return row;
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

/** The slots between the newest good snapshot and the one that is due now. */
function countMissed(schedule: Schedule, { due, passed: slots }: Row, after: number): MissedSlots {
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
  const last = more ? undefined : slots[0];
  return omitUndefined({
    count: Math.min(count, MOST_COUNTED),
    more,
    first: first === undefined ? undefined : new Date(first).toISOString(),
    last: last === undefined ? undefined : new Date(last).toISOString(),
  });
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
