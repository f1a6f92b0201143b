import type { Context } from "../context.ts";

/** Aborts at Ctrl-C, and when `--timeout` has passed. */
export function deadline({ signal, call: { timeoutMs } }: Context): AbortSignal {
  return timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}
