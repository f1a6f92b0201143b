import type { Volume } from "@polyvol/core";
import { DAY_MS } from "../duration.ts";
import { isGood, madeAt, type ObservedSnapshot } from "../observe/inventory.ts";
import type { Policy } from "../policy/types.ts";
import { evaluateChecked } from "../retention/evaluate.ts";
import { isPolicyError } from "../retention/policy-error.ts";
import { zoneNamed } from "../retention/time-zone.ts";
import type { RecordIndex } from "./record-index.ts";
import type { DayCell, DayState } from "./types.ts";

/** Slots of one policy that are looked back at. The days before are unknown. */
const MOST_SLOTS = 3_000;

/** From what needs most attention on. */
const ORDER: readonly DayState[] = [
  "failed",
  "overdue",
  "missed",
  "late",
  "due",
  "held",
  "made",
  "pruned",
  "unknown",
  "before",
  "none",
];

/** The days of all policies. */
export interface Calendar {
  /** Each `2026-11-21`, oldest first. */
  readonly days: readonly string[];
  /** The days of one policy on one volume. */
  cellsOf(
    policy: Policy,
    cloud: string,
    volume: Volume,
    own: readonly ObservedSnapshot[],
  ): readonly DayCell[];
}

interface SlotDay {
  readonly slot: number;
  /** When the slot after it comes due. */
  readonly next: number;
  /** Which of the days it is on. */
  readonly day: number;
}

/**
 * @param dayCount how many days are looked back at, the one of `now` included
 * @param graceMs how long after its slot a snapshot is on time
 */
export function createCalendar(
  policies: readonly Policy[],
  now: Date,
  options: { readonly dayCount: number; readonly graceMs: number; readonly record: RecordIndex },
): Calendar {
  const { dayCount, graceMs, record } = options;
  const time = now.getTime();
  const today = policies.map((policy) => dayOf(policy, time));
  const last = [...today, dayIn("UTC", time)].sort().at(-1);
  const end = Date.parse(`${last}T00:00:00Z`);
  const days = Array.from({ length: dayCount }, (_, index) =>
    dateText(end - (dayCount - 1 - index) * DAY_MS),
  );
  const place = new Map(days.map((day, index) => [day, index]));
  const slots = new Map(
    policies.map((policy) => [policy, slotsOf(policy, time, place, end - dayCount * DAY_MS)]),
  );
  const ideals = new Map<Policy, Map<string, ReadonlySet<number>>>();

  /** The slots that would be there had every one since the oldest been made. */
  const idealOf = (policy: Policy, good: readonly number[]): ReadonlySet<number> => {
    const oldest = Math.min(...good);
    const key = JSON.stringify([...good].sort());
    const known = ideals.get(policy) ?? new Map<string, ReadonlySet<number>>();
    ideals.set(policy, known);
    const all = [...new Set([...good, ...(slots.get(policy) ?? []).map(({ slot }) => slot)])];
    const ideal =
      known.get(key) ??
      keptOf(
        policy,
        all.filter((slot) => slot >= oldest),
        now,
      );
    known.set(key, ideal);
    return ideal;
  };

  return {
    days,
    cellsOf(policy, cloud, volume, own) {
      const good = new Map<number, ObservedSnapshot>();
      const failed = new Set<number>();
      const unfinished = new Set<number>();
      for (const seen of own) {
        const slot = seen.backupName?.slot.getTime();
        if (slot === undefined || seen.early === true) continue;
        if (isGood(seen)) good.set(slot, seen);
        else if (seen.snapshot.state === "error") failed.add(slot);
        else unfinished.add(slot);
      }
      const ideal = good.size === 0 ? new Set<number>() : idealOf(policy, [...good.keys()]);
      const oldest = Math.min(...good.keys());
      const born = madeAt(volume, time) ?? 0;

      const stateOf = ({ slot, next }: SlotDay): Pick<DayCell, "state" | "code"> => {
        const seen = good.get(slot);
        if (seen !== undefined) {
          const late = slot > born && seen.snapshot.createdAt.getTime() - slot > graceMs;
          return { state: seen.held ? "held" : late ? "late" : "made" };
        }
        if (failed.has(slot)) return { state: "failed" };
        if (unfinished.has(slot)) return { state: "due" };
        const trace = record.traceOf(policy, cloud, volume.id, slot);
        const code = trace?.code === undefined ? {} : { code: trace.code };
        if (trace?.deleted === true) return { state: "pruned" };
        if (trace?.delaySeconds !== undefined) return { state: ideal.has(slot) ? "missed" : "unknown" };
        const isOpen = next > time;
        if (trace?.unmade === true) return { state: "failed", ...code };
        if (isOpen && slot >= born) return { state: time - slot <= graceMs ? "due" : "overdue" };
        if (slot < born) return { state: "before" };
        if (slot >= record.since) {
          const runs = record.runsBetween(policy, cloud, slot, next);
          if (runs === "unseen") return { state: "failed" };
          if (runs === "none") return { state: "missed" };
        }
        return { state: slot > oldest && ideal.has(slot) ? "missed" : "unknown" };
      };

      const cells: DayCell[] = days.map(() => ({ state: "none", slots: 0, there: 0 }));
      const first = slots.get(policy)?.[0]?.slot ?? time;
      for (const each of slots.get(policy) ?? []) {
        const cell = cells[each.day];
        if (cell === undefined) continue;
        const { state, code } = stateOf(each);
        const worst = ORDER.indexOf(state) < ORDER.indexOf(cell.state) ? { state, code } : cell;
        cells[each.day] = {
          state: worst.state,
          slots: cell.slots + 1,
          there: cell.there + (good.has(each.slot) ? 1 : 0),
          ...(worst.code === undefined ? {} : { code: worst.code }),
        };
      }
      const isCut = (slots.get(policy)?.length ?? 0) >= MOST_SLOTS;
      const seenFrom = place.get(dayOf(policy, first)) ?? 0;
      return isCut
        ? cells.map((cell, day) => (day < seenFrom ? { ...cell, state: "unknown" } : cell))
        : cells;
    },
  };
}

/** The slots of the days that are shown, oldest first. */
function slotsOf(
  policy: Policy,
  now: number,
  place: ReadonlyMap<string, number>,
  start: number,
): readonly SlotDay[] {
  const found: SlotDay[] = [];
  let next = policy.schedule.firstAfter(now) ?? Number.POSITIVE_INFINITY;
  let slot = policy.schedule.lastAtOrBefore(now);
  while (slot !== undefined && slot >= start - 2 * DAY_MS && found.length < MOST_SLOTS) {
    const day = place.get(dayOf(policy, slot));
    if (day !== undefined) found.push({ slot, next, day });
    next = slot;
    slot = policy.schedule.lastAtOrBefore(slot - 1);
  }
  return found.reverse();
}

function keptOf(policy: Policy, slots: readonly number[], now: Date): ReadonlySet<number> {
  const all = slots.map((slot) => ({ id: String(slot), time: new Date(slot), slot }));
  try {
    return new Set(evaluateChecked(policy.retention, all, { now }).kept.map(({ snapshot }) => snapshot.slot));
  } catch (error) {
    // Only tags keep anything, and what is not there has none.
    if (isPolicyError(error)) return new Set();
    throw error;
  }
}

function dayOf({ retention }: Policy, instant: number): string {
  return dayIn(retention.timezone, instant);
}

function dayIn(timezone: string, instant: number): string {
  return dateText(instant + zoneNamed(timezone).offsetAt(instant));
}

function dateText(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}
