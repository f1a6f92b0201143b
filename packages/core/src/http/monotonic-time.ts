import type { Clock } from "../clock.ts";

/** Time that never runs backwards: a machine's clock may be set back, and windows counted by it must still end. */
export function createMonotonicTime(clock: Clock): { now(): number } {
  let latest = Number.NEGATIVE_INFINITY;
  let offset = 0;
  return {
    now: () => {
      const reading = clock.now() + offset;
      if (reading >= latest) {
        latest = reading;
      } else {
        offset += latest - reading;
      }
      return latest;
    },
  };
}
