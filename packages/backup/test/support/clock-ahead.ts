import { type Clock, systemClock } from "@polyvol/core/driver";

/** The machine's clock, which shows another time. */
export function clockAhead(aheadMs: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + aheadMs };
}
