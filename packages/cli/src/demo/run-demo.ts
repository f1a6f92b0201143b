import type { Context } from "../context.ts";
import { FAILED, UsageError } from "../errors.ts";
import type { Options } from "../options.ts";
import { writeResult } from "../output/result.ts";
import { type DemoCloud, startClouds } from "./clouds.ts";
import { createKeptFolder, createTemporaryFolder } from "./folder.ts";
import { keepRunning } from "./keep.ts";
import { createReporter, writeReport } from "./reporter.ts";
import { playScenario } from "./scenario.ts";
import { createCalendar, createDemoClock, MINUTE_MS, NIGHTS } from "./time.ts";

export interface DemoOptions extends Options {
  readonly seed: number;
  /** `true` without a folder. */
  readonly keep?: string | true;
}

/** The default of `--keep`. */
const KEPT = "polyvol-demo";

/**
 * Runs the demo and returns the exit code.
 *
 * @param nightCount only the last so many nights are played; tests have little time
 */
export async function runDemo(
  { output, signal }: Context,
  options: DemoOptions,
  nightCount = NIGHTS,
): Promise<number> {
  const { seed, keep } = options;
  const foreign = ["config", "cloud", "timeout"].find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    throw new UsageError(
      `--${foreign} does not go with this command: it brings its own clouds and policies.`,
    );
  }
  const folder =
    keep === undefined ? await createTemporaryFolder() : await createKeptFolder(keep === true ? KEPT : keep);
  const reporter = createReporter(output !== "table");
  const startedAt = performance.now();
  const { hour, nights } = createCalendar(Date.now());
  const calendar = { hour, nights: nights.slice(-nightCount) };
  const clock = createDemoClock((calendar.nights[0] ?? 0) - MINUTE_MS);
  let clouds: readonly DemoCloud[] = [];
  let kept = false;
  try {
    clouds = await startClouds(clock, seed);
    const stage = { clouds, clock, calendar, folder, reporter, seed, abortSignal: signal };
    const report = await playScenario(stage);
    const elapsedMs = Math.round(performance.now() - startedAt);
    writeReport(report, elapsedMs, reporter);
    reporter.close();
    if (output !== "table") await writeResult(output, { ...report, elapsedMs }, () => "");
    kept = keep !== undefined;
    if (kept) {
      clock.goLive();
      await keepRunning(clouds, folder, seed, reporter, signal);
    }
    return report.ok ? 0 : FAILED;
  } finally {
    reporter.close();
    await Promise.all(clouds.map((cloud) => cloud.close()));
    if (!kept) await folder.remove();
  }
}
