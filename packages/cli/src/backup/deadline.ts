import type { Context } from "../context.ts";
import { secondsText } from "../output/format.ts";
import { TimedOut } from "../timed-out.ts";

/** Aborts at Ctrl-C, and when `--timeout` has passed. */
export function deadline({ signal, call: { timeoutMs } }: Context): AbortSignal {
  if (timeoutMs === undefined) return signal;
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new TimedOut(`given up after ${secondsText(timeoutMs)}, as --timeout asks`));
  }, timeoutMs);
  timer.unref();
  return AbortSignal.any([signal, late.signal]);
}
