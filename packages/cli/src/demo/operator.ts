import { type Policy, type RunReport, run } from "@polyvol/backup";
import { type Clouds, type Config, connectClouds } from "@polyvol/container";
import { MINUTE_MS } from "./calendar.ts";
import type { StoryClock } from "./clock.ts";
import { createDyingFetch } from "./dying-fetch.ts";

/** A run that was not able to do everything is started again so often, as a timer would. */
const MOST_RUNS = 5;
const PAUSE_MS = 15 * MINUTE_MS;

/** The program that makes the backups: it knows a configuration and the time, and nothing of emulators and faults. */
export interface Operator {
  readonly config: Config;
  readonly policies: readonly Policy[];
  readonly clock: StoryClock;
  readonly abortSignal: AbortSignal;
}

/** The clouds as a new process sees them: nothing is remembered from one run to the next. */
export async function connect({ config, clock }: Operator, fetch?: typeof globalThis.fetch): Promise<Clouds> {
  return await connectClouds(config, { clock, ...(fetch === undefined ? {} : { fetch }) });
}

/** One run of `polyvol backup run`. */
export async function runOnce(operator: Operator): Promise<RunReport> {
  const { policies, clock, abortSignal } = operator;
  return await run(policies, await connect(operator), { clock, abortSignal });
}

/** Runs until everything is done, or often enough. Gives how many runs it took, and what the last one says. */
export async function runUntilDone(
  operator: Operator,
): Promise<{ readonly runs: number; readonly last: RunReport }> {
  for (let runs = 1; ; runs += 1) {
    const last = await runOnce(operator);
    if (last.ok || runs === MOST_RUNS) return { runs, last };
    await operator.clock.sleep(PAUSE_MS, operator.abortSignal);
  }
}

/**
 * A run whose process dies in the middle: after its `last`-th request it neither sends nor sees anything more.
 * @throws Error when it ended before that
 */
export async function runUntilDeath(operator: Operator, last: number): Promise<void> {
  const { policies, clock, abortSignal } = operator;
  const network = createDyingFetch(last);
  const clouds = await connect(operator, network.fetch);
  const died = await run(policies, clouds, {
    clock,
    abortSignal: AbortSignal.any([abortSignal, network.signal]),
  }).then(
    () => false,
    () => network.signal.aborted,
  );
  abortSignal.throwIfAborted();
  if (!died) throw new Error(`the run ended before its ${last}th request`);
  // Requests that the clouds have accepted take effect all the same.
  await clock.sleep(PAUSE_MS, abortSignal);
}
