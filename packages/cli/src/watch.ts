import type { Clock } from "@polyvol/core";
import type { Command } from "commander";
import type { Context } from "./context.ts";
import { CONFIGURATION, FAILED, reportError } from "./errors.ts";
import { durationFrom } from "./options.ts";
import { instantText, secondsText } from "./output/format.ts";
import { isData } from "./output/result.ts";
import { isOutputClosed, startScreen, writeDataAsLines } from "./output/streams.ts";

/** Options of a command that can be shown again and again. */
export interface WatchOptions {
  /** In milliseconds, or `true` for the usual interval. */
  readonly watch?: number | true;
}

const USUAL_MS = 30_000;
/** For each request of a look so much time passes before the next: at most 600 an hour, a small part of any quota. */
const MS_PER_REQUEST = 6_000;
/** What fails is looked at less and less, up to this. */
const LONGEST_AFTER_FAILURES_MS = 300_000;

/** Adds `--watch` to a command. */
export function withWatch(command: Command): Command {
  return command.option(
    "--watch [interval]",
    "show it again and again until Ctrl-C; default: every 30s, and never more than 600 requests an hour to a cloud; --timeout is that of each look",
    durationFrom("5s"),
  );
}

/**
 * Shows something once, or with `--watch` until Ctrl-C, which is then its usual end. On a terminal each look takes the
 * place of the one before; data is a line each.
 *
 * @param show writes it once, and returns its exit code
 * @returns the exit code of the only look; 0 when it was ended by Ctrl-C, or nobody reads it any more; 2 when the
 * configuration is wrong at the first
 */
export async function watched(
  context: Context,
  { watch }: WatchOptions,
  show: () => Promise<number>,
): Promise<number> {
  if (watch === undefined) return await show();
  const everyMs = watch === true ? USUAL_MS : watch;
  const title = `Every ${secondsText(everyMs)}, until Ctrl-C.`;
  const look = async (): Promise<number> => {
    startScreen(isData(context.output) ? "" : `${title} ${instantText(new Date())}\n\n`);
    return await show();
  };
  return await untilInterrupted(context, everyMs, look, isOutputClosed);
}

/**
 * Does something again and again until Ctrl-C, which is then its usual end; data is a line each.
 *
 * @param isOver asked after each time. Default: it goes on
 */
export async function untilInterrupted(
  context: Context,
  everyMs: number,
  work: () => Promise<number>,
  isOver?: () => Promise<boolean>,
): Promise<number> {
  const { systemClock: clock } = await import("@polyvol/core/driver");
  const { signal, requests } = context;
  context.interrupts.endsQuietly();
  if (isData(context.output)) writeDataAsLines();
  return await repeat(work, { everyMs, clock, signal, requests, isOver });
}

/** How something is shown again and again. */
export interface Repetition {
  readonly everyMs: number;
  readonly clock: Pick<Clock, "sleep">;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** How many requests the busiest cloud has been sent so far. */
  requests(): number;
  /** Asked after each look. Default: it goes on. */
  isOver?: (() => Promise<boolean>) | undefined;
}

/**
 * Looks again and again. What fails in between is said, and looked at again. A configuration that is wrong from the start
 * ends it; one that has been right is being written just now, or will be mended, while others rely on this to go on.
 */
export async function repeat(
  show: () => Promise<number>,
  { everyMs, clock, signal, requests, isOver }: Repetition,
): Promise<number> {
  let failures = 0;
  let wasRight = false;
  try {
    while (!signal.aborted) {
      const before = requests();
      const code = await show().catch((error: unknown) => {
        signal.throwIfAborted();
        return reportError(error);
      });
      if (code === CONFIGURATION && !wasRight) return code;
      wasRight = true;
      if ((await isOver?.()) === true) return 0;
      failures = code === FAILED || code === CONFIGURATION ? failures + 1 : 0;
      await clock.sleep(pauseAfter(everyMs, requests() - before, failures), signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return 0;
}

/** How long to wait after a look that took so many requests, the last so many of which have failed. */
export function pauseAfter(everyMs: number, requests: number, failures: number): number {
  const most = Math.max(everyMs, LONGEST_AFTER_FAILURES_MS);
  const slowed = Math.min(everyMs * 2 ** failures, most);
  return Math.max(slowed, requests * MS_PER_REQUEST);
}
