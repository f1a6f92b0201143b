import { join } from "node:path";
import type { Context } from "../context.ts";
import { FAILED, UsageError } from "../errors.ts";
import { aborted } from "../interruption.ts";
import { configOption, programName } from "../next-step.ts";
import type { Options } from "../options.ts";
import { shellWord, shortPath } from "../output/format.ts";
import { isData, renderJson, writeResult } from "../output/result.ts";
import { type DemoCloud, startClouds } from "./clouds.ts";
import { CONFIG_FILE, createKeptFolder, createTemporaryFolder, type Folder } from "./folder.ts";
import { createReporter, type Reporter, writeReport } from "./reporter.ts";
import { playScenario, type Stage } from "./scenario.ts";
import { createCalendar, createDemoClock, MINUTE_MS, NIGHTS, nightScript } from "./script.ts";

export interface DemoOptions extends Options {
  readonly seed: number;
  /** `true` without a folder. */
  readonly keep?: string | true;
  /** Where the page of the report goes. */
  readonly report?: string;
}

/** The default of `--keep`. */
const KEPT = "polyvol-demo";

/**
 * Runs the demo and returns the exit code.
 *
 * @param nightCount so many nights are played instead of all; tests have little time
 */
export async function runDemo(
  { output, signal }: Context,
  options: DemoOptions,
  nightCount: number = NIGHTS,
): Promise<number> {
  const { seed, keep, report } = options;
  const foreign = ["config", "cloud", "timeout"].find((name) => options[name] !== undefined);
  if (foreign !== undefined) {
    throw new UsageError(
      `--${foreign} does not go with this command: it brings its own clouds and policies.`,
    );
  }
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
    const ok = await playAndReport(stage, output);
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

/** Plays the scenario and writes what came of it. @returns whether all is as it should be */
export async function playAndReport(stage: Stage, output: Context["output"]): Promise<boolean> {
  const { reporter, script } = stage;
  const startedAt = performance.now();
  const report = await playScenario(stage);
  const elapsedMs = Math.round(performance.now() - startedAt);
  writeReport(report, script, elapsedMs, reporter);
  reporter.close();
  if (isData(output)) await writeResult(output, { ...report, elapsedMs }, () => "");
  return report.ok;
}

/** Commands to try after the demo, in this order. */
const NEXT = [
  "clouds check",
  "backup status",
  "backup plan",
  "snapshots list --cloud ocean --volume db-orders",
  "backup restore --cloud samsung --volume db-ledger --as db-ledger-2",
  // The policies choose the new volume by its name, so it gets its first snapshots.
  "backup run",
  "backup drill --cloud ocean --volume mail-spool",
  "backup audit",
];

/** Keeps the clouds running until Ctrl-C, lists what can be tried, and in the end how to start them another time. */
async function keepRunning(
  clouds: readonly DemoCloud[],
  folder: Folder,
  seed: number,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  await saveStates(clouds, folder);
  reporter.heading("Now you: both clouds go on in real time and without faults, until Ctrl-C");
  reporter.line("In another terminal:\n");
  // What a project has installed is found in the project, and not in the folder of the demo.
  const isOnPath = programName() === "polyvol";
  if (isOnPath) reporter.line(`  cd ${shellWord(shortPath(folder.path))}`);
  const polyvol = isOnPath
    ? programName()
    : `${programName()}${configOption(shortPath(join(folder.path, CONFIG_FILE)))}`;
  for (const command of NEXT) reporter.line(`  ${polyvol} ${command}`);
  reporter.close();
  await aborted(signal);
  await saveStates(clouds, folder);
  reporter.line(
    "\nStopped. What the clouds hold is kept; these two serve it again, each in its own terminal:\n",
  );
  for (const cloud of clouds) reporter.line(`  ${startCommand(cloud, folder, seed)}`);
}

function startCommand(cloud: DemoCloud, { path }: Folder, seed: number): string {
  const { provider } = cloud.settings;
  const state = shellWord(shortPath(join(path, stateFile(cloud))));
  // Ids are made up by the seed: with the same one the first new ids would be those that are there already.
  const rest = `--random-seed ${seed + 1} --seed ${state}`;
  const command = `${programName()} emulator ${provider} --port ${cloud.port}`;
  const credentials = Object.entries(cloud.credentials);
  if (process.platform === "win32") {
    const options = credentials.map(([key, value]) => `${CREDENTIALS[key]?.option} ${value}`);
    return `${command} ${options.join(" ")} ${rest}`;
  }
  // Not as options: while a program runs, everybody on the machine can read those.
  const variables = credentials.map(([key, value]) => `${CREDENTIALS[key]?.variable}=${value}`);
  return `${variables.join(" ")} ${command} ${rest}`;
}

/** How an emulator takes credentials. */
const CREDENTIALS: Readonly<Record<string, { readonly variable: string; readonly option: string }>> = {
  token: { variable: "POLYVOL_EMULATOR_TOKENS", option: "--token" },
  accessKey: { variable: "SCP_ACCESS_KEY", option: "--access-key" },
  secretKey: { variable: "SCP_SECRET_KEY", option: "--secret-key" },
};

const stateFile = ({ name }: DemoCloud): string => `state/${name}.json`;

async function saveStates(clouds: readonly DemoCloud[], folder: Folder): Promise<void> {
  for (const cloud of clouds) await folder.write(stateFile(cloud), renderJson(cloud.emulator.state()));
}
