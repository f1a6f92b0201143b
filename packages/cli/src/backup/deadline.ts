import { startTimer, systemClock } from "@polyvol/core/driver";
import type { Context } from "../context.ts";
import { secondsText } from "../output/format.ts";
import { TimedOut } from "../timed-out.ts";

/** Aborts at Ctrl-C, and when `--timeout` has passed. */
export function deadline({ signal, ended, call: { timeoutMs } }: Context): AbortSignal {
  if (timeoutMs === undefined) return signal;
  const late = new AbortController();
  const stopTimer = startTimer(systemClock, timeoutMs, () => {
    late.abort(new TimedOut(`given up after ${secondsText(timeoutMs)}, as --timeout asks`));
  });
  ended.addEventListener("abort", stopTimer, { once: true });
  return AbortSignal.any([signal, late.signal]);
}
