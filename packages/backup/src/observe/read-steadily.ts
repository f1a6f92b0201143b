import { type Clock, PolyvolError } from "@polyvol/core";
import { monotonicTime, systemClock } from "@polyvol/core/driver";
import { showDuration } from "../duration.ts";
import { type CloudState, MAX_SKEW_MS } from "./inventory.ts";

/** A clock is set once, at the start of a machine or when it wakes up; then all is read again. */
const MOST_READINGS = 3;

interface Time {
  readonly clock: Clock;
  readonly monotonicNow: () => number;
}

type Read = (startedAt: number) => Promise<readonly CloudState[]>;

/**
 * Reads for the instant that the clock shows. Was the clock set meanwhile, that instant was wrong, though the clock agreed
 * with the providers' when it was compared: other slots would be due. Then all is read again.
 *
 * @param read gets the instant, in milliseconds
 * @param first the instant of the first reading, where it is known
 * @throws PolyvolError `failed_precondition` when the clock does not keep still; what `read` throws
 */
export async function readSteadily(
  { clock, monotonicNow }: Time,
  read: Read,
  first?: number,
): Promise<{ readonly startedAt: number; readonly states: readonly CloudState[] }> {
  for (let reading = 1; ; reading += 1) {
    const shown = clock.now();
    const begunAt = monotonicNow();
    const startedAt = reading === 1 && first !== undefined ? first : shown;
    const states = await read(startedAt);
    const setByMs = clock.now() - shown - (monotonicNow() - begunAt);
    if (Math.abs(setByMs) <= MAX_SKEW_MS) return { startedAt, states };
    if (reading === MOST_READINGS) throw unsteady(setByMs);
  }
}

/** How a call is made that looks at clouds for an instant, `now`. */
export interface LookOptions {
  /**
   * What `now` was read off. Where it is set while the clouds are read, all is read again, for the instant that it shows
   * then; a `now` that it does not show stays. Default: the machine's own.
   */
  readonly clock?: Clock | undefined;
  /** Stops the call. */
  readonly abortSignal?: AbortSignal | undefined;
}

/**
 * The same for the instant that a caller has read off the clock. Any other one, such as that of a plan for tomorrow, holds
 * however the clock is set.
 */
export async function readFor(
  now: Date,
  { clock = systemClock }: LookOptions,
  read: () => Promise<readonly CloudState[]>,
): Promise<{ readonly now: Date; readonly states: readonly CloudState[] }> {
  if (Math.abs(clock.now() - now.getTime()) > MAX_SKEW_MS) return { now, states: await read() };
  const time = { clock, monotonicNow: monotonicTime(clock) };
  const { startedAt, states } = await readSteadily(time, read, now.getTime());
  return { now: new Date(startedAt), states };
}

function unsteady(setByMs: number): PolyvolError {
  const way = setByMs > 0 ? "forward" : "back";
  const reason =
    `this machine's clock was set ${showDuration(Math.round(Math.abs(setByMs)))} ${way} while the clouds were read, ` +
    `${MOST_READINGS} times in a row; which slots are due is not known, and nothing was done; see what sets the clock, then run again`;
  return new PolyvolError("failed_precondition", reason, { operation: "plan" });
}
