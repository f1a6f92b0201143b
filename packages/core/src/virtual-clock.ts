import { abortablePromise } from "./abort.ts";
import { type Clock, nextTurn } from "./clock.ts";
import { codeLoaded } from "./loading.ts";

/** A clock that stands still until it is moved: for tests and simulations. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, waking sleepers in the order of their time and letting each run before the next. */
  advance(ms: number): Promise<void>;
  /**
   * Moves time on by itself from now on: whenever nothing else is left to do and somebody sleeps, to the next
   * sleeper's time. Work that is under way outside (a request) is announced with {@link VirtualClock.during}.
   */
  runFreely(): void;
  /** Holds time still while `work` is under way (only matters after {@link VirtualClock.runFreely}). */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** How many sleepers wait: 0 after every call has ended, or something leaked. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Starts at `startMs` (milliseconds since the epoch; default 2026-01-01T00:00:00Z). */
export function createVirtualClock(startMs: number = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = startMs;
  let slept = 0;
  let free = false;
  let busy = 0;
  let scheduled = false;
  /** In the order in which they lay down. */
  const sleepers = new Set<Sleeper>();

  function earliest(): Sleeper | undefined {
    let first: Sleeper | undefined;
    for (const each of sleepers) if (first === undefined || each.at < first.at) first = each;
    return first;
  }

  function wakeNext(limit: number): boolean {
    const next = earliest();
    if (next === undefined || next.at > limit) return false;
    now = Math.max(now, next.at);
    sleepers.delete(next);
    next.wake();
    return true;
  }

  /** Free running: two turns of the event loop without work under way, then on to the next sleeper. */
  function schedule(): void {
    if (!free || scheduled || busy > 0 || sleepers.size === 0) return;
    scheduled = true;
    const sleptBefore = slept;
    void nextTurn()
      .then(nextTurn)
      .then(() => {
        scheduled = false;
        // Whoever lay down meanwhile gets two turns as well, to be woken by something else first.
        if (busy === 0 && slept === sleptBefore) wakeNext(Number.POSITIVE_INFINITY);
        schedule();
      });
  }

  /** The function returned lets it sleep no more. */
  function lieDown(ms: number, wake: () => void): () => void {
    const sleeper: Sleeper = { at: now + Math.max(0, ms), wake };
    slept += 1;
    sleepers.add(sleeper);
    schedule();
    return () => sleepers.delete(sleeper);
  }

  return {
    now: () => now,
    monotonicNow: () => now,
    sleep: (ms, abortSignal) => abortablePromise(abortSignal, (wake) => lieDown(ms, wake)),
    // By `sleep`, each limit of a request would need a promise and a signal.
    timer: lieDown,
    advance: async (ms) => {
      const target = now + ms;
      await codeLoaded();
      await nextTurn();
      while (wakeNext(target)) await nextTurn();
      now = Math.max(now, target);
    },
    runFreely: () => {
      free = true;
      schedule();
    },
    during: async (work) => {
      busy += 1;
      try {
        return await work();
      } finally {
        busy -= 1;
        schedule();
      }
    },
    get sleepers() {
      return sleepers.size;
    },
  };
}
