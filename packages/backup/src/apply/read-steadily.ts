import { PolyvolError } from "@polyvol/core";
import { showDuration } from "../duration.ts";
import { MAX_SKEW_MS } from "../observe/observe-snapshot.ts";
import type { RunContext } from "./options.ts";

/** A clock is set once, at the start of a machine or when it wakes up; then all is read again. */
const MOST_READINGS = 3;

/**
 * Reads for the instant that the clock shows. Was the clock set meanwhile, that instant was wrong, though the clock agreed
 * with the providers' when it was compared: other slots would be due. Then all is read again.
 *
 * @param read gets the instant, in milliseconds
 * @throws PolyvolError `failed_precondition` when the clock does not keep still; what `read` throws
 */
export async function readSteadily<T>(
  { clock, monotonicNow }: Pick<RunContext, "clock" | "monotonicNow">,
  read: (startedAt: number) => Promise<T>,
): Promise<{ readonly startedAt: number; readonly states: T }> {
  for (let reading = 1; ; reading += 1) {
    const startedAt = clock.now();
    const begunAt = monotonicNow();
    const states = await read(startedAt);
    const setByMs = clock.now() - startedAt - (monotonicNow() - begunAt);
    if (Math.abs(setByMs) <= MAX_SKEW_MS) return { startedAt, states };
    if (reading < MOST_READINGS) continue;
    const way = setByMs > 0 ? "forward" : "back";
    const reason =
      `this machine's clock was set ${showDuration(Math.round(Math.abs(setByMs)))} ${way} while the clouds were read, ` +
      `${MOST_READINGS} times in a row; which slots are due is not known, and nothing was done; see what sets the clock, then run again`;
    throw new PolyvolError("failed_precondition", reason, { operation: "plan" });
  }
}
