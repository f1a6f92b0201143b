import type { Schedule } from "../schedule/schedule.ts";

/** What a deadline depends on. Instants are in milliseconds. */
interface DeadlineContext {
  readonly schedule: Schedule;
  /** The slot of the newest good snapshot. */
  readonly newestSlot: number | undefined;
  /** When the volume was made; 0 where that is not known. */
  readonly madeAt: number;
  readonly graceMs: number;
}

/**
 * The instant after which a policy is late on a volume, or its snapshot missing, unless one is made: it holds however
 * long ago the volume was looked at. Undefined where the schedule has no further slot.
 */
export function deadlineOf({ schedule, newestSlot, madeAt, graceMs }: DeadlineContext): number | undefined {
  if (newestSlot === undefined) {
    // The first snapshot is missing as soon as the volume is older than the grace, if any slot has come by then.
    const grownUp = madeAt + graceMs;
    return schedule.lastAtOrBefore(grownUp) === undefined ? schedule.firstAfter(grownUp) : grownUp;
  }
  const wanted = schedule.firstAfter(newestSlot);
  if (wanted === undefined) return undefined;
  return Math.min(wanted + graceMs, schedule.firstAfter(wanted) ?? Number.POSITIVE_INFINITY);
}
