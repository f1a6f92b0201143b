import type {
  DrillCheck,
  DrillReport,
  DrillOptions as LibraryDrillOptions,
  StoppedDrill,
} from "@polyvol/backup";
import type { Command } from "commander";
import { withProgress } from "../../changes.ts";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { FAILED, reportText, UsageError } from "../../errors.ts";
import { refuseLoneRegion } from "../../find.ts";
import { omitUndefined, withRegion } from "../../options.ts";
import { nameAndId, secondsText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import type { Tone } from "../../output/terminal.ts";
import { asMonitored, type MonitoringOptions, withMonitoring } from "./monitoring/monitored.ts";
import type { Outcome } from "./monitoring/watch.ts";
import { onServer, type ServerOptions, withServer } from "./on-server.ts";
import { reportProblems } from "./problems.ts";
import { RECORD, recorded } from "./record.ts";
import { type ChoiceOptions, checkChoice, choose, volumeOf, withSnapshotChoice } from "./snapshot-choice.ts";

const EXAMPLES = [
  "polyvol backup drill --cloud main --volume db",
  "polyvol backup drill --cloud main --volume db --record runs.jsonl",
  "polyvol backup drill --cloud main --volume db --mount --check sh -- -c 'fsck.ext4 -fn \"$POLYVOL_DEVICE\"'",
];

const ABOUT = `
With --check it runs on a server of the cloud: the data is read there, which nothing else of a
drill does. POLYVOL_DEVICE and more in the environment of the command say where it is.
`;

/** The command that proves that a snapshot can be restored. */
export function addDrill(backup: Command, action: MakeAction): void {
  withMonitoring(
    withServer(withRegion(withSnapshotChoice(backup.command("drill"))))
      .description("prove that a snapshot restores: make a temporary volume, check it, delete it")
      .option("--check <program>", "attach it to this server, too, and run this on its data: 0 is a pass")
      .argument("[arguments...]", "with --check, after --: what the program gets")
      .option(...RECORD),
  )
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(asMonitored("backup drill", drill)));
}

interface DrillOptions extends ChoiceOptions, ServerOptions, MonitoringOptions {
  readonly check?: string;
}

async function drill(
  context: Context,
  options: DrillOptions,
  parameters: readonly string[],
): Promise<Outcome> {
  checkCheck(options, parameters);
  checkChoice(options);
  refuseLoneRegion(options);
  const backup = await import("@polyvol/backup");
  const { cloud, storage, from } = await choose(context, options, { elsewhere: false });
  const drillOptions = { ...context.call, ...(await withCheck(context, options, parameters)) };
  const text = `drill of ${options.volume ?? options.snapshot} on ${cloud}`;
  const report = await withProgress(context, text, (_options, entry) => {
    const onStopped = ({ volumeName, isRemoved }: StoppedDrill): void => {
      entry.done();
      if (isRemoved) return;
      const left = `temporary volume ${volumeName} of a drill on ${cloud}`;
      if (context.signal.aborted) context.ledger.begin(left);
      else
        reportText(`${left} may still be there: the next drill of that volume removes it`, undefined, {
          code: "failed",
          cloud,
        });
    };
    return recorded(
      context,
      options.record,
      () => backup.drill({ cloud, from }, { [cloud]: storage }, { ...drillOptions, onStopped }),
      {
        done: (library, drilled) => library.drillEntry(drilled),
        failed: (library, error, times) =>
          library.failedRestoreEntry(error, { kind: "drill", cloud, ...volumeOf(from), ...times }),
      },
    );
  });
  await writeCheckResult(context.output, report.ok, report, (render) =>
    drillView(report, options.volume, render),
  );
  const result = report.ok ? "the snapshot restores" : "not proved";
  const failed = reportProblems(report.problems);
  return {
    exitCode: report.ok || failed !== 0 ? failed : FAILED,
    summary: `${text}: ${result}.`,
    problems: report.problems,
  };
}

/** Refuses what goes with `--check` only. @throws UsageError */
function checkCheck(options: DrillOptions, parameters: readonly string[]): void {
  const { check, server, mount, environment } = options;
  if (check === "") throw new UsageError("--check: found an empty text; allowed: a program");
  if (check !== undefined) return;
  const given = Object.entries({ server, mount, environment }).find(([, value]) => value !== undefined);
  if (given !== undefined) throw new UsageError(`--${given[0]} goes with --check.`);
  if (parameters.length > 0)
    throw new UsageError("arguments go with --check: they are the program's. A volume is named by --volume.");
}

/** With `--check`, `--timeout` ends the command, too. */
async function withCheck(
  context: Context,
  options: DrillOptions,
  parameters: readonly string[],
): Promise<Pick<LibraryDrillOptions, "abortSignal" | "check">> {
  const { check, mount, environment } = options;
  if (check === undefined) return {};
  const { abortSignal, ...server } = await onServer(context, options);
  const command = [check, ...parameters] as const;
  return { abortSignal, check: { ...server, command, ...omitUndefined({ mount, environment }) } };
}

const TONES: Readonly<Record<DrillCheck["result"], Tone>> = {
  passed: "good",
  failed: "bad",
  unknown: "note",
};

function drillView(report: DrillReport, name: string | undefined, { fields }: Renderers): string {
  const { cloud, ok, snapshotName, snapshotId, takenAt, volumeId, restoreMs, checks, leftovers } = report;
  return fields([
    ["cloud", cloud],
    ["result", ok ? "the snapshot restores" : "not proved", ok ? "good" : "bad"],
    ["snapshot", snapshotName, "strong"],
    ["id", snapshotId],
    ["taken", takenAt],
    ["of volume", nameAndId(name, volumeId)],
    ["restored in", restoreMs === undefined ? "" : secondsText(restoreMs)],
    ...checks.map(
      ({ check, result, found, wanted }) =>
        [check, `${result}: found ${found}; wanted ${wanted}`, TONES[result]] as const,
    ),
    ["left before", leftovers.map(({ name, outcome }) => `${name} ${outcome}`).join(", ")],
  ]);
}
