import { type Clock, createVirtualClock, systemClock } from "@polyvol/core/driver";

/** The time of the story: it begins in the past and jumps from pause to pause, until it goes on in real time. */
export interface StoryClock extends Clock {
  /** Sleeps until an instant, in milliseconds since the epoch; one that has passed is no wait. */
  sleepUntil(at: number, abortSignal?: AbortSignal): Promise<void>;
  /** From now on this is the machine's clock. */
  goLive(): void;
}

/** @param startMs where the story begins, in milliseconds since the epoch */
export function createStoryClock(startMs: number): StoryClock {
  const virtual = createVirtualClock(startMs);
  virtual.runFreely();
  let live = false;
  const clock: Clock = {
    // A story that took longer than the time it was told for stands still until the machine has caught up.
    now: () => (live ? Math.max(virtual.now(), systemClock.now()) : virtual.now()),
    sleep: (ms, abortSignal) => (live ? systemClock : virtual).sleep(ms, abortSignal),
    during: (work) => virtual.during(work),
  };
  return {
    ...clock,
    sleepUntil: (at, abortSignal) => clock.sleep(Math.max(0, at - clock.now()), abortSignal),
    goLive: () => {
      live = true;
    },
  };
}
