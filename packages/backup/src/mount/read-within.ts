import { type Clock, PolyvolError } from "@polyvol/core";
import { startTimer } from "@polyvol/core/driver";
import { OPERATION } from "./reach.ts";
import type { MountedSnapshot, SnapshotReader } from "./types.ts";

/** How long a function that was told to stop may take to do so, in milliseconds; then it is no longer waited for. */
const STOP_MS = 30_000;

/** The time that a reader has, and who may stop it before. */
export interface ReadLimits {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly abortSignal: AbortSignal | undefined;
}

/**
 * Calls the function that reads, and stops it when its time is over or the caller aborts. One that does not stop is left
 * to itself: its device goes.
 *
 * @throws what it throws; PolyvolError `timeout`; the reason of the abort
 */
export async function readWithin<T>(
  reader: SnapshotReader<T>,
  mounted: MountedSnapshot,
  { clock, timeoutMs, abortSignal }: ReadLimits,
): Promise<T> {
  const stopping = new AbortController();
  const onAbort = (): void => stopping.abort(abortSignal?.reason);
  abortSignal?.throwIfAborted();
  abortSignal?.addEventListener("abort", onAbort, { once: true });
  const stopTimer = startTimer(clock, timeoutMs, () => {
    const reason = `reading the snapshot took longer than ${timeoutMs / 1000} s and was stopped`;
    stopping.abort(new PolyvolError("timeout", reason, { operation: OPERATION }));
  });
  let forget = (): void => undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    stopping.signal.addEventListener("abort", () => {
      forget = startTimer(clock, STOP_MS, () => reject(stopping.signal.reason));
    });
  });
  try {
    const value = await Promise.race([reader(mounted, { abortSignal: stopping.signal }), overdue]);
    // What was stopped has not read everything, whatever it returns.
    stopping.signal.throwIfAborted();
    return value;
  } catch (error) {
    // Which way it stopped says less than why it had to.
    throw stopping.signal.aborted ? stopping.signal.reason : error;
  } finally {
    stopTimer();
    forget();
    abortSignal?.removeEventListener("abort", onAbort);
  }
}
