import type { OffsiteOptions, OffsiteReport, OffsiteVolume, Policy, RunRecord } from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { FAILED, reportText, UsageError } from "../../errors.ts";
import { INTERRUPTED } from "../../interruption.ts";
import { programName } from "../../next-step.ts";
import { collect, instant, omitUndefined, withRegion } from "../../options.ts";
import { writeResult } from "../../output/result.ts";
import { writeMessage, writeNote } from "../../output/streams.ts";
import { type MonitoringOptions, monitored, withMonitoring } from "./monitoring/monitored.ts";
import type { Outcome } from "./monitoring/watch.ts";
import { type OffsiteView, offsiteView, showOffsite, summaryOf } from "./offsite-view.ts";
import { onServer, type ServerOptions, withServer } from "./on-server.ts";
import { exitCodeOfWork, reportProblems } from "./problems.ts";
import { leaveLine } from "./record.ts";
import { loadSetup } from "./setup.ts";
import { type ChoiceOptions, checkChoice, choose, withVolumeOrSnapshot } from "./snapshot-choice.ts";

const ABOUT = `
It runs on a server of the cloud. A temporary volume of a snapshot is attached there and handed to
the command, read-only; POLYVOL_DEVICE and more in its environment say where. In every ending the
volume is removed, and what a killed run has left, the next one removes.

Without --volume and --snapshot, the policies with "offsite" say what is taken, by which command,
and how often; --record says when that was last, and without it everything is due. --cloud then
says which clouds this server is part of; --server needs it where the policies are about several.
With them, the command stands after --, and no policy plays a part. Ctrl-C, and --timeout once its
time has passed, end the command that runs.
`;

const EXAMPLES = [
  "polyvol backup offsite --record runs.jsonl",
  "polyvol backup offsite --policy nightly --all -o json",
  "polyvol backup offsite --cloud main --volume db -- /usr/local/bin/offsite --once",
];

/** The command that takes what is in volumes out of their clouds. */
export function addOffsite(backup: Command, action: MakeAction): void {
  withMonitoring(
    withServer(withRegion(withVolumeOrSnapshot(backup.command("offsite"))))
      .description("take what is in snapshots out of the cloud: run a command of yours on their data")
      .argument("[command...]", "with --volume or --snapshot, after --: what to run")
      .option("--policy <id>", "only this policy (repeatable); with --volume: only its snapshots", collect)
      .option("--taken-by <time>", "with --volume: not newer, such as 2026-11-21T03:00:00Z", instant)
      .option("--all", "also what is not due")
      .option("--record <file>", "says what has left before; a line is appended for each volume that does"),
  )
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(offsite));
}

interface Options extends ServerOptions, MonitoringOptions {
  readonly volume?: string;
  readonly snapshot?: string;
  readonly policy?: readonly string[];
  readonly takenBy?: Date;
  readonly region?: string;
  readonly all?: boolean;
  readonly record?: string;
}

async function offsite(context: Context, options: Options, command: readonly string[]): Promise<number> {
  const byHand = options.volume !== undefined || options.snapshot !== undefined;
  if (byHand) checkByHand(options, command);
  else checkByPolicy(options, command);
  return await monitored(context, options, "backup offsite", async () => {
    const work = byHand ? takeByHand : takeByPolicy;
    const shown = showOffsite();
    let report: OffsiteReport;
    try {
      report = await work(context, options, command, shown);
    } finally {
      shown.close();
    }
    return await finish(context, report);
  });
}

function choiceOf({ volume, snapshot, policy, takenBy, region }: Options): ChoiceOptions {
  return omitUndefined({ volume, snapshot, policy: policy?.[0], takenBy, region });
}

/** @throws UsageError */
function checkByHand(options: Options, command: readonly string[]): void {
  const { all, policy = [] } = options;
  checkChoice(choiceOf(options));
  if (policy.length > 1) throw new UsageError("--policy: with --volume, one at most.");
  if (all === true) throw new UsageError("--all goes with policies: what is named by hand is always taken.");
  if (command.length === 0 || command[0] === "") {
    throw new UsageError(
      `say what to run on the data, after --: ${programName()} backup offsite … -- COMMAND`,
    );
  }
}

/** @throws UsageError */
function checkByPolicy(options: Options, command: readonly string[]): void {
  if (command.length > 0) {
    throw new UsageError(
      "a command goes with --volume or --snapshot; else offsite.command of a policy says it.",
    );
  }
  for (const name of ["mount", "environment", "takenBy", "region"] as const) {
    if (options[name] === undefined) continue;
    const flag = name === "takenBy" ? "taken-by" : name;
    const instead =
      name === "mount" || name === "environment" ? `; else offsite.${name} of a policy says it` : "";
    throw new UsageError(`--${flag} goes with --volume or --snapshot${instead}.`);
  }
}

/** Names of the clouds whose volumes policies with `offsite` are about. */
async function cloudsOfOffsite(context: Context, policies: readonly Policy[]): Promise<readonly string[]> {
  const [{ selectClouds }, { isAbout }] = await Promise.all([
    import("@polyvol/config"),
    import("@polyvol/backup"),
  ]);
  const own = policies.filter(({ offsite }) => offsite !== undefined);
  return selectClouds(await context.config()).filter((name) => own.some((policy) => isAbout(policy, name)));
}

async function takeByPolicy(
  context: Context,
  options: Options,
  _command: readonly string[],
  shown: OffsiteView,
): Promise<OffsiteReport> {
  const backup = await import("@polyvol/backup");
  const { policies, clouds, withSourcePositions } = await loadSetup(context, options);
  if (policies.every((policy) => policy.offsite === undefined)) {
    throw new UsageError(
      `no policy says what to run off-site; allowed: "offsite" in at least one of ${policies.map(({ id }) => id).join(", ")}, or --volume and a command`,
    );
  }
  const named = context.cloudOption.length > 0 ? await context.selected() : undefined;
  const places = named ?? (await cloudsOfOffsite(context, policies));
  if (options.server !== undefined && places.length !== 1) {
    throw new UsageError(
      `--server is a server of one cloud: say with --cloud of which: ${places.join(" or ")}.`,
    );
  }
  const record = await readBefore(options.record);
  return await withSourcePositions(async () =>
    backup.offsite(policies, clouds, {
      ...(await onServer(context, options)),
      ...omitUndefined({ record, all: options.all, onlyClouds: named, onProgress: shown.onProgress }),
      onVolume: (volume, { startedAt }) => ended(context, options.record, shown, volume, startedAt),
    } satisfies OffsiteOptions),
  );
}

async function takeByHand(
  context: Context,
  options: Options,
  command: readonly string[],
  shown: OffsiteView,
): Promise<OffsiteReport> {
  const backup = await import("@polyvol/backup");
  const { mount, environment } = options;
  const choice = choiceOf(options);
  const { cloud, storage, from } = await choose(context, choice, { elsewhere: false });
  const [program = "", ...parameters] = command;
  const request = { cloud, from, command: [program, ...parameters] as const };
  const report = await backup.offsiteSnapshot(
    { ...request, ...omitUndefined({ mount, environment }) },
    { [cloud]: storage },
    { ...(await onServer(context, options)), onProgress: shown.onProgress },
  );
  for (const each of report.volumes) await ended(context, options.record, shown, each, report.startedAt);
  return report;
}

/** What has left before. `undefined`: that is not known. */
async function readBefore(file: string | undefined): Promise<RunRecord | undefined> {
  if (file === undefined) {
    writeNote("Without --record nobody knows what has left before: everything is due.\n");
    return undefined;
  }
  const backup = await import("@polyvol/backup");
  try {
    return await backup.readRecord(file);
  } catch (error) {
    if (error instanceof backup.RecordError && error.isMissing) return { entries: [], aside: [] };
    reportText(`--record: ${(error as Error).message}; everything is due`, undefined);
    return undefined;
  }
}

async function ended(
  context: Context,
  file: string | undefined,
  shown: OffsiteView,
  volume: OffsiteVolume,
  startedAt: string,
): Promise<void> {
  shown.onEnd(volume);
  if (file !== undefined) await leaveLine(context, file, (backup) => backup.offsiteEntry(volume, startedAt));
}

async function finish(context: Context, report: OffsiteReport): Promise<Outcome> {
  await writeResult(context.output, report, (render) => offsiteView(report, render));
  const failed = reportProblems(report.problems);
  const { stopped, problems } = report;
  const summary = summaryOf(report);
  if (!stopped) return { exitCode: exitCodeOfWork(failed, report.volumes), summary, problems };
  const why = context.signal.aborted ? "" : ", since --timeout has passed";
  writeMessage(`Stopped${why}. Run again: it goes on with what is due.\n`);
  return { exitCode: context.signal.aborted ? INTERRUPTED : FAILED, summary, problems };
}
