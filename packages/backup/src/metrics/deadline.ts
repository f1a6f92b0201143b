import type { Volume } from "@polyvol/core";
import type { Policy } from "../policy/types.ts";
import { newestDueSlot } from "../schedule/slots.ts";
import type { VolumeStatus } from "../status/status.ts";

/**
 * The instant after which a policy is late on a volume, or its snapshot missing, unless one is made: it holds however
 * long ago the volume was looked at. In milliseconds; `undefined` where the schedule has no further slot.
 */
export function deadlineOf(
  { newest }: VolumeStatus,
  { schedule }: Policy,
  volume: Volume,
  graceMs: number,
): number | undefined {
  if (newest === undefined) {
    // The first snapshot is missing as soon as the volume is older than the grace, if any slot has come by then.
    const grownUp = volume.createdAt.getTime() + graceMs;
    return newestDueSlot(schedule, new Date(grownUp)) === undefined ? schedule.firstAfter(grownUp) : grownUp;
  }
  const wanted = schedule.firstAfter(Date.parse(newest.slot));
  if (wanted === undefined) return undefined;
  return Math.min(wanted + graceMs, schedule.firstAfter(wanted) ?? Number.POSITIVE_INFINITY);
}
