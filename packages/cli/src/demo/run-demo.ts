import { systemClock } from "@polyvol/core/driver";
import type { Context } from "../context.ts";
import { FAILED, UsageError } from "../errors.ts";
import type { Options } from "../options.ts";
import { isData, writeResult } from "../output/result.ts";
import { writeMessage } from "../output/streams.ts";
import { type DemoCloud, startClouds } from "./clouds.ts";
import { createKeptFolder, createTemporaryFolder } from "./folder.ts";
import { keepRunning } from "./keep.ts";
import { findServer, openRealCloud } from "./openstack.ts";
import { createReporter, writeReport } from "./reporter.ts";
import { playScenario, type Stage } from "./scenario.ts";
import { MINUTES, minuteScript, nightScript } from "./script.ts";
import { createCalendar, createDemoClock, MINUTE_MS, NIGHTS } from "./time.ts";

export interface DemoOptions extends Options {
  readonly seed: number;
  /** `true` without a folder. */
  readonly keep?: string | true;
  /** The folder of a server that runs; `true` for the usual one. */
  readonly openstack?: string | true;
  /** Where the page of the report goes. */
  readonly report?: string;
}

/** The default of `--keep`. */
const KEPT = "polyvol-demo";

/**
 * Runs the demo and returns the exit code.
 *
 * @param rounds so many nights or minutes are played instead of all; tests have little time
 */
export async function runDemo(context: Context, options: DemoOptions, rounds?: number): Promise<number> {
  const { keep, openstack } = options;
  const foreign = ["config", "cloud", "timeout"].find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    throw new UsageError(
      `--${foreign} does not go with this command: it brings its own clouds and policies.`,
    );
  }
  if (openstack === undefined) return await playNights(context, options, rounds);
  if (keep !== undefined) {
    throw new UsageError(
      "--keep does not go with --openstack: what is made on a real server is removed again.",
    );
  }
  return await playMinutes(context, options, openstack === true ? undefined : openstack, rounds);
}

async function playNights(
  { output, signal }: Context,
  { seed, keep, report }: DemoOptions,
  nightCount = NIGHTS,
): Promise<number> {
  const folder =
    keep === undefined ? await createTemporaryFolder() : await createKeptFolder(keep === true ? KEPT : keep);
  const reporter = createReporter(isData(output));
  const { hour, nights } = createCalendar(Date.now());
  const script = nightScript({ hour, nights: nights.slice(-nightCount) });
  const clock = createDemoClock(script.startOf(0, 0) - MINUTE_MS);
  let clouds: readonly DemoCloud[] = [];
  let kept = false;
  try {
    clouds = await startClouds(clock, seed);
    const stage = { clouds, clock, script, folder, reporter, seed, abortSignal: signal, report };
    const ok = await tell(stage, output);
    kept = keep !== undefined;
    if (kept) {
      clock.goLive();
      await keepRunning(clouds, folder, seed, reporter, signal);
    }
    return ok ? 0 : FAILED;
  } finally {
    reporter.close();
    await Promise.all(clouds.map((cloud) => cloud.close()));
    if (!kept) await folder.remove();
  }
}

async function playMinutes(
  { output, signal }: Context,
  { seed, report }: DemoOptions,
  place: string | undefined,
  minutes = MINUTES,
): Promise<number> {
  const cloud = await openRealCloud(await findServer(place));
  const folder = await createTemporaryFolder();
  const reporter = createReporter(isData(output));
  const script = minuteScript(cloud.name, cloud.prefix, minutes);
  let ok = false;
  try {
    reporter.doing("making volumes");
    await cloud.fill(signal);
    const stage = { clouds: [cloud], clock: systemClock, script, folder, reporter, seed };
    ok = await tell({ ...stage, abortSignal: signal, report }, output);
  } finally {
    cloud.emulator.faults.clear();
    reporter.doing("removing what the demo has made");
    const left = await cloud.clear();
    reporter.close();
    if (left.length > 0) {
      ok = false;
      writeMessage(`Left on the server, remove it by hand: ${left.join(", ")}\n`);
    }
    await cloud.close();
    await folder.remove();
  }
  return ok ? 0 : FAILED;
}

/** Plays the scenario and writes what came of it. @returns whether all is as it should be */
async function tell(stage: Stage, output: Context["output"]): Promise<boolean> {
  const { reporter, script } = stage;
  const startedAt = performance.now();
  const report = await playScenario(stage);
  const elapsedMs = Math.round(performance.now() - startedAt);
  writeReport(report, script, elapsedMs, reporter);
  reporter.close();
  if (isData(output)) await writeResult(output, { ...report, elapsedMs }, () => "");
  return report.ok;
}
