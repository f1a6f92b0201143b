import { type Clock, createVirtualClock, startTimer, systemClock } from "@polyvol/core/driver";

/** How many nights the demo plays. */
export const NIGHTS = 30;

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** When things happen in the demo. All instants are in milliseconds since the epoch. */
export interface Calendar {
  /** The hour of the day, UTC, at which the policies' slots are. */
  readonly hour: number;
  /** When the backup is run, once in each night. */
  readonly nights: readonly number[];
}

/**
 * The nights end a few hours before `now`, so that the snapshots they leave are fresh by the machine's own clock, and
 * stay so for most of a day.
 */
export function createCalendar(now: number): Calendar {
  const lastSlot = Math.floor((now - 3 * HOUR_MS) / HOUR_MS) * HOUR_MS;
  const lastRun = lastSlot + 32 * MINUTE_MS;
  return {
    hour: new Date(lastSlot).getUTCHours(),
    nights: Array.from({ length: NIGHTS }, (_, night) => lastRun - (NIGHTS - 1 - night) * DAY_MS),
  };
}

/** `Sun 25 Oct` */
export function dayText(at: number): string {
  const [weekday = "", rest = ""] = new Date(at).toUTCString().split(", ");
  return `${weekday} ${rest.slice(0, 6)}`;
}

/** `14:03:01`, UTC. */
export function timeText(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** Sleeps until an instant, in milliseconds since the epoch. Does not sleep when it has passed. */
export async function sleepUntil(clock: Clock, at: number, abortSignal: AbortSignal): Promise<void> {
  await clock.sleep(Math.max(0, at - clock.now()), abortSignal);
}

/** The demo's time: it begins in the past and jumps from pause to pause, until `goLive`. */
export interface DemoClock extends Clock {
  /** From now on this is the machine's clock. */
  goLive(): void;
}

/** @param startMs where the demo begins, in milliseconds since the epoch */
export function createDemoClock(startMs: number): DemoClock {
  const virtual = createVirtualClock(startMs);
  virtual.runFreely();
  let live = false;
  return {
    // Where the virtual time is ahead of the machine's, it stands still until the machine has caught up.
    now: () => (live ? Math.max(virtual.now(), systemClock.now()) : virtual.now()),
    sleep: (ms, abortSignal) => (live ? systemClock : virtual).sleep(ms, abortSignal),
    timer: (ms, onElapsed) => startTimer(live ? systemClock : virtual, ms, onElapsed),
    during: (work) => virtual.during(work),
    goLive: () => {
      live = true;
    },
  };
}
