import { DAY_MS } from "./calendar.ts";
import type { Rules } from "./policies.ts";

/**
 * Which slots should have a snapshot, counted anew with plain arithmetic in UTC: nothing of `@polyvol/backup` is used
 * here, so that a mistake there cannot hide.
 *
 * @param slots milliseconds since the epoch, each once
 */
export function keptSlots(slots: readonly number[], rules: Rules): ReadonlySet<number> {
  const newestFirst = [...slots].sort((a, b) => b - a);
  const kept = new Set(newestFirst.slice(0, 1));
  newestOfEach(newestFirst, rules.daily ?? 0, (slot) => Math.floor(slot / DAY_MS), kept);
  // Weeks begin on Monday; the epoch began on a Thursday.
  newestOfEach(newestFirst, rules.weekly ?? 0, (slot) => Math.floor((slot / DAY_MS + 3) / 7), kept);
  newestOfEach(newestFirst, rules.last ?? 0, (slot) => slot, kept);
  return kept;
}

/** Keeps the newest of each of the newest `count` periods, and the oldest of all while periods are left over. */
function newestOfEach(
  newestFirst: readonly number[],
  count: number,
  periodOf: (slot: number) => number,
  kept: Set<number>,
): void {
  const periods = new Set<number>();
  for (const slot of newestFirst) {
    const period = periodOf(slot);
    if (periods.has(period) || periods.size === count) continue;
    periods.add(period);
    kept.add(slot);
  }
  const oldest = newestFirst.at(-1);
  if (oldest !== undefined && periods.size < count) kept.add(oldest);
}
