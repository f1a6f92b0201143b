import { DAY_MS } from "../duration.ts";
import { remembering, rememberingFor } from "../remember.ts";
import type { Zone } from "./time-zone.ts";

/** What a rule keeps one snapshot of. */
export type Period = "hour" | "day" | "week" | "month" | "year";

/** Names the period that a snapshot falls into: `2026-11-03T14`, `2026-11-03`, `2026-W45`, `2026-11`, `2026`. */
export type BucketOf = (period: Period) => string;

/** How much of `2026-11-03T14:15:16.000Z` names each period. */
const nameLength: Readonly<Record<Exclude<Period, "week">, number>> = {
  hour: 13,
  day: 10,
  month: 7,
  year: 4,
};

/** By zone: the volumes of a fleet have their snapshots in the same few slots. */
const bucketsIn = rememberingFor((zone: Zone) =>
  remembering((instant: number) => createBuckets(instant, zone)),
);

/**
 * The buckets of one instant by the wall clock of the zone. The zone is asked at most once, and only when a rule
 * needs a bucket. Both passes through a repeated hour have the same name.
 */
export function bucketsOf(instant: number, zone: Zone): BucketOf {
  return bucketsIn(zone)(instant);
}

function createBuckets(instant: number, zone: Zone): BucketOf {
  let wall: Date | undefined;
  return remembering((period: Period) => {
    wall ??= new Date(instant + zone.offsetAt(instant));
    return period === "week" ? isoWeek(wall) : wall.toISOString().slice(0, nameLength[period]);
  });
}

/** The ISO week belongs to the year of its Thursday: 30 December 2024 is in 2025-W01. */
function isoWeek(wall: Date): string {
  const daysSinceMonday = (wall.getUTCDay() + 6) % 7;
  const thursday = new Date(wall.getTime() + (3 - daysSinceMonday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const week = 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY_MS));
  return `${String(year).padStart(4, "0")}-W${String(week).padStart(2, "0")}`;
}
