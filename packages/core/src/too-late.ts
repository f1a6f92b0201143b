import { extendError, type PolyvolError } from "./errors.ts";

/** Shared by copies of this package. */
const MARK = Symbol.for("polyvol.tooLate");

/** The failure after which nothing is tried again, since that would come `delayMs` from now: at the deadline or later. */
export function tooLate(failure: PolyvolError, delayMs: number): PolyvolError {
  if (isTooLate(failure)) return failure;
  const words = `the next attempt would come in ${showSpan(delayMs)}, after the deadline of this call`;
  const error = extendError(failure, { retryAfterMs: Math.ceil(delayMs) }, `${failure.reason}; ${words}`);
  return Object.defineProperty(error, MARK, { value: true });
}

/** Whether {@link tooLate} has judged it, here or in the HTTP client. */
export function isTooLate(failure: PolyvolError): boolean {
  return Object.hasOwn(failure, MARK);
}

/** A span for people, never less than it is: `350 ms`, `12 s`, `15 min`. */
export function showSpan(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)} ms`;
  if (ms < 120_000) return `${Math.ceil(ms / 100) / 10} s`;
  return `${Math.ceil(ms / 6_000) / 10} min`;
}
