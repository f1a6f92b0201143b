import { countBefore } from "./collection.ts";

/**
 * Work that is due at an instant of the emulator's clock. There are no timers: the shell calls `runDue` before it asks the
 * service for anything, so that all that is due by then has happened, each piece at its own instant.
 */
export interface Schedule {
  /** When the next piece of work is due, in milliseconds since the epoch; infinite when there is none. */
  readonly next: number;
  /** Adds work that is due at `at`, behind the work that is due at the same instant. */
  add(at: number, run: (at: number) => void): void;
  /** Runs all that is due by `now`, in order, also what is added meanwhile. */
  runDue(now: number): void;
  clear(): void;
}

/** Makes an empty schedule. */
export function createSchedule(): Schedule {
  const due: { readonly at: number; readonly run: (at: number) => void }[] = [];
  return {
    get next() {
      return due[0]?.at ?? Number.POSITIVE_INFINITY;
    },
    add(at, run) {
      due.splice(
        countBefore(due, (other) => other.at <= at),
        0,
        { at, run },
      );
    },
    runDue(now) {
      for (let next = due[0]; next !== undefined && next.at <= now; next = due[0]) {
        due.shift();
        next.run(next.at);
      }
    },
    clear() {
      due.length = 0;
    },
  };
}
