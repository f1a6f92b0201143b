import { setTimeout as timer } from "node:timers/promises";
import type { Clock } from "@polyvol/core";

/** The machine's own clock, for callers that bring none. */
export const machineClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, abortSignal) => {
    try {
      await timer(Math.max(0, ms), undefined, abortSignal === undefined ? {} : { signal: abortSignal });
    } catch (error) {
      abortSignal?.throwIfAborted();
      throw error;
    }
  },
};
