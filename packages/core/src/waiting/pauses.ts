import type { Call } from "../call.ts";

/** Each pause is so much longer than the one before. */
const GROWTH = 1.5;

/** When to look, while something is waited for. */
export interface Pauses {
  /** When to look next. Looks may be shared with others that are due up to `slackMs` later. */
  next(): { readonly dueAt: number; readonly slackMs: number };
  atLeast(ms: number): void;
  /** The pause that comes now, for reports. */
  readonly upcomingMs: number;
}

/** Growing pauses with jitter, and one last look shortly before the deadline. */
export function createPauses(call: Call, lookAtOnce: boolean): Pauses {
  const { polling, monotonicNow, random } = call.runtime;
  let pauseMs = lookAtOnce ? 0 : polling.initialDelayMs;
  let floorMs = 0;
  const lastLookMs = Math.min(1_000, (call.elapsedMs() + call.remainingMs()) / 10);
  const jitter = (ms: number): number => ms * (0.75 + random() * 0.5);
  return {
    next: () => {
      const now = monotonicNow();
      const wanted = now + Math.max(floorMs, jitter(pauseMs));
      const last = now + call.remainingMs() - lastLookMs;
      const dueAt = wanted > last && now < last ? last : wanted;
      const slackMs = pauseMs / 2;
      pauseMs = Math.min(polling.maxDelayMs, Math.max(polling.initialDelayMs, pauseMs * GROWTH));
      floorMs = 0;
      return { dueAt, slackMs };
    },
    atLeast: (ms) => {
      floorMs = ms;
    },
    get upcomingMs() {
      return Math.max(floorMs, pauseMs);
    },
  };
}
