import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "./service.ts";

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /**
   * Moves time forward by `ms`. Sleepers that fall due are woken in time order, each with `now()` at exactly its
   * own moment, and each gets a turn of the event loop before the next one is woken. When nobody sleeps, `now()`
   * has already moved when this returns.
   */
  advance(ms: number): Promise<void>;
  /** Moves time forward to `ms` since the epoch, as `advance` does. Going back is a `RangeError`. */
  set(ms: number): Promise<void>;
  /** When the earliest sleeper wakes, or `undefined` when nobody sleeps. */
  nextWakeAt(): number | undefined;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** The moment at which a virtual clock starts unless told otherwise: 2026-01-01T00:00:00Z. */
export const DEFAULT_START_MS: number = Date.UTC(2026, 0, 1);

/** Makes a virtual clock that shows `startMs` (milliseconds since the epoch; default 2026-01-01T00:00:00Z). */
export function createVirtualClock(startMs: number = DEFAULT_START_MS): VirtualClock {
  let now = startMs;
  let target = startMs;
  let moving = false;
  let moved: Promise<void> = Promise.resolve();
  const sleepers: Sleeper[] = [];

  function add(sleeper: Sleeper): void {
    sleepers.splice(sleepers.findLastIndex((other) => other.at <= sleeper.at) + 1, 0, sleeper);
  }

  function remove(sleeper: Sleeper): void {
    const index = sleepers.indexOf(sleeper);
    if (index !== -1) sleepers.splice(index, 1);
  }

  async function move(): Promise<void> {
    for (let next = sleepers[0]; next !== undefined && next.at <= target; next = sleepers[0]) {
      sleepers.shift();
      now = Math.max(now, next.at);
      next.wake();
      await nextTurn();
    }
    now = target;
    moving = false;
  }

  function moveTo(ms: number): Promise<void> {
    target = Math.max(target, ms);
    // A move that is under way goes on to the new target.
    if (!moving) {
      moving = true;
      moved = move();
    }
    return moved;
  }

  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (!(ms > 0)) return Promise.resolve();
      return new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          remove(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          at: now + ms,
          wake() {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
        };
        signal?.addEventListener("abort", abort, { once: true });
        add(sleeper);
      });
    },
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`a clock advances by 0 ms or more, not by ${ms}`);
      return moveTo(target + ms);
    },
    set(ms) {
      if (!(ms >= target)) throw new RangeError(`a clock does not go back: ${ms} is before ${target}`);
      return moveTo(ms);
    },
    nextWakeAt: () => sleepers[0]?.at,
  };
}

/** The longest span that a timer takes; a longer one would be over at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own time and timers. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep(ms, signal) {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      let timer: ReturnType<typeof setTimeout>;
      const wait = (left: number): void => {
        const span = Math.min(left, LONGEST_TIMER_MS);
        timer = setTimeout(() => {
          if (left > span) {
            wait(left - span);
            return;
          }
          signal?.removeEventListener("abort", abort);
          resolve();
        }, span);
      };
      wait(ms);
      signal?.addEventListener("abort", abort, { once: true });
    });
  },
};

/** True when the clock is one that tests move by hand. */
export function isVirtualClock(clock: Clock): clock is VirtualClock {
  return "advance" in clock && typeof clock.advance === "function";
}
