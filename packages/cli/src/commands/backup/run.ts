import type {
  BackupProblem,
  DeletedSnapshot,
  RunOptions as LibraryRunOptions,
  RunEntry,
  RunReport,
  VolumePlan,
  VolumeReport,
} from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { FAILED, TimedOut } from "../../errors.ts";
import { INTERRUPTED, STOPPED_AT_ONCE } from "../../interruption.ts";
import { collect } from "../../options.ts";
import { countText, nameOrId } from "../../output/format.ts";
import { isData, type Renderers, writeResult } from "../../output/result.ts";
import { isQuiet, writeMessage } from "../../output/streams.ts";
import { cleanLines } from "../../output/terminal.ts";
import {
  type ChangeRow,
  changesText,
  LIFT_BRAKE,
  POLICY,
  PRUNE_ONLY,
  whyCreated,
  whyDeleted,
} from "./changes.ts";
import { readJson, withFileNames } from "./json-files.ts";
import { asMonitored, type MonitoringOptions, withMonitoring } from "./monitoring/monitored.ts";
import type { Outcome } from "./monitoring/watch.ts";
import { exitCodeOfWork, reportProblems, warnOfBounds } from "./problems.ts";
import { noteOffsiteDue, RECORD, recorded } from "./record.ts";
import { type BackupSetup, deadline, loadBackupSetup, SHARD, shardText } from "./setup.ts";

const INTERRUPTION = `
Ctrl-C, and --timeout once its time has passed, end it while the clouds are read; after that they
finish what is in flight, begin nothing new, and say what is left. Ctrl-C again stops at once;
a hook "after" that is due still runs then, unless Ctrl-C comes a third time.
It can be run again at any time: it goes on from there, and makes nothing twice.
`;

const EXAMPLES = [
  "polyvol backup run",
  "polyvol backup run --record runs.jsonl",
  "polyvol backup run --policy nightly -o json",
  "polyvol backup run --shard auto/4",
];

/** The commands that change snapshots by policies: apply and run. */
export function addRun(backup: Command, action: MakeAction): void {
  withMonitoring(
    backup
      .command("apply")
      .description(
        "carry out a saved plan: exactly that, or nothing when the world has changed; does not ask",
      )
      .argument("<file>", "what polyvol backup plan --save wrote")
      .option(POLICY[0], "as it was given to plan (repeatable)", collect)
      .option(LIFT_BRAKE[0], "as it was given to plan")
      .option(...RECORD),
  )
    .addHelpText(...examples(["polyvol backup apply tonight.json"], INTERRUPTION))
    .action(action(asMonitored("backup apply", apply)));
  withMonitoring(
    backup
      .command("run")
      .description("plan and carry out at once; made for timers: does not ask, and can be repeated")
      .option(...POLICY)
      .option(...SHARD)
      .option(...PRUNE_ONLY)
      .option(...LIFT_BRAKE)
      .option(...RECORD),
  )
    .addHelpText(...examples(EXAMPLES, INTERRUPTION))
    .action(action(asMonitored("backup run", run)));
}

interface ApplyOptions extends MonitoringOptions {
  readonly policy?: readonly string[];
  readonly liftBrake?: boolean;
  readonly record?: string;
}

async function apply(context: Context, options: ApplyOptions, file: string): Promise<Outcome> {
  const backup = await import("@polyvol/backup");
  const stored = await readJson(file, "a plan that polyvol backup plan --save wrote");
  const shard = await withFileNames({ plan: file }, () => {
    try {
      return backup.parsePlan(stored).shard;
    } catch (error) {
      // A plan that was changed is refused by `apply` itself; here only the form counts.
      if (!backup.isPolicyError(error) || error.code === "invalid_argument") throw error;
      return undefined;
    }
  });
  const setup = await loadBackupSetup(context, { ...options, shard });
  const { liftBrake = false } = options;
  return await runRecorded(context, setup, { command: "apply", file: options.record }, (runOptions) =>
    backup.apply(stored, setup.policies, setup.clouds, { ...runOptions, liftBrake }),
  );
}

interface RunOptions extends ApplyOptions {
  readonly shard?: string;
  readonly pruneOnly?: boolean;
}

async function run(context: Context, options: RunOptions): Promise<Outcome> {
  const backup = await import("@polyvol/backup");
  const setup = await loadBackupSetup(context, options);
  const { pruneOnly = false, liftBrake = false } = options;
  const work = pruneOnly ? backup.prune : backup.run;
  const asked = { command: pruneOnly ? "prune" : "run", file: options.record } as const;
  return await runRecorded(context, setup, asked, (runOptions) =>
    work(setup.policies, setup.clouds, { ...runOptions, liftBrake }),
  );
}

/** Does the work of `run` or `apply` with {@link runWithProgress}, and leaves its line in the record. */
async function runRecorded(
  context: Context,
  setup: BackupSetup,
  { command, file }: { readonly command: RunEntry["command"]; readonly file: string | undefined },
  work: (options: LibraryRunOptions) => Promise<RunReport>,
): Promise<Outcome> {
  const about = { command, policies: setup.policies, shard: setup.scope.shard };
  let report: RunReport | undefined;
  const outcome = await runWithProgress(context, setup, async (runOptions) => {
    report = await recorded(context, file, () => work(runOptions), {
      done: (backup, done) => backup.runEntry(done, about),
      failed: (backup, error, times) => backup.brokenRunEntry(error, { ...about, ...times }),
    });
    return report;
  });
  if (report !== undefined) await noteOffsiteDue(report, setup.policies, file);
  return outcome;
}

/**
 * Does the work of `run` or `apply`, shows its progress, and writes its report. At the first Ctrl-C, and when
 * `--timeout` has passed: while the clouds are being read, it ends there; after that, what is in flight is finished,
 * nothing new is begun, and what is left is reported. At the second Ctrl-C only the hooks `after` that are due are run.
 */
async function runWithProgress(
  context: Context,
  { policies, scope, withSourcePositions, credentialVariables }: BackupSetup,
  work: (options: LibraryRunOptions) => Promise<RunReport>,
): Promise<Outcome> {
  const { showEvents } = await import("./progress.ts");
  const { onEvent: showEvent, close } = showEvents();
  const stop = await deadline(context);
  const reading = new AbortController();
  const stopReading = (): void => {
    const { reason } = stop;
    const isLate = reason instanceof TimedOut;
    reading.abort(isLate ? new TimedOut(`${reason.message}; nothing was changed`) : reason);
  };
  stop.addEventListener("abort", stopReading, { once: true });
  const { atOnce } = context.interrupts;
  if (policies.some(({ hooks }) => hooks.after !== undefined)) {
    context.interrupts.undoesFirst("the hooks `after` that are due are run before");
  }
  const problems: BackupProblem[] = [];
  // Ctrl-C has its own message.
  const reportTimeout = (): void => {
    if (!context.signal.aborted) writeMessage("--timeout has passed: only what is in flight is finished.\n");
  };
  let report: RunReport;
  try {
    report = await withSourcePositions(() =>
      work({
        ...scope,
        abortSignal: AbortSignal.any([reading.signal, atOnce]),
        drainSignal: stop,
        onEvent(event) {
          if (event.type === "planned") {
            stop.removeEventListener("abort", stopReading);
            stop.addEventListener("abort", reportTimeout, { once: true });
            warnOfBounds(event.plan);
          }
          if (event.type === "problem") problems.push(event.problem);
          showEvent(event);
        },
        credentialVariables,
      }),
    );
  } catch (error) {
    if (!atOnce.aborted) throw error;
    close();
    // There is no report that holds them.
    reportProblems(problems);
    writeMessage(STOPPED_AT_ONCE);
    return { exitCode: INTERRUPTED, summary: STOPPED_AT_ONCE.trim(), problems };
  } finally {
    stop.removeEventListener("abort", stopReading);
    stop.removeEventListener("abort", reportTimeout);
    close();
  }
  // Nothing was done: there is nothing to tell those who want to hear of changes alone.
  const { created, deleted } = report.totals;
  if (isData(context.output) || !isQuiet() || created + deleted > 0) {
    await writeResult(context.output, report, (render) => view(report, render));
  }
  const failed = reportProblems(report.problems);
  const told = { summary: `${summaryOf(report)}${aboutShard(report)}`, problems: report.problems };
  if (report.stopped) {
    reportLeft(report, context.signal.aborted ? "" : ", since --timeout has passed");
    return { exitCode: context.signal.aborted ? INTERRUPTED : FAILED, ...told };
  }
  return { exitCode: exitCodeOfWork(failed, report.volumes), ...told };
}

/** How many volumes with work left are named; the rest are counted. */
const NAMED_VOLUMES = 20;

function reportLeft({ totals, volumes }: RunReport, why: string): void {
  writeMessage(`Stopped${why}, with nothing half done. Left: ${countText(totals.left, "change")}\n`);
  const open = volumes.filter(({ left }) => left > 0);
  for (const { volumeName, volumeId, cloud, left } of open.slice(0, NAMED_VOLUMES)) {
    writeMessage(
      `  ${cleanLines(`volume ${nameOrId(volumeName, volumeId)} on ${cloud}: ${countText(left, "change")}`)}\n`,
    );
  }
  if (open.length > NAMED_VOLUMES) {
    writeMessage(`  and ${countText(open.length - NAMED_VOLUMES, "volume")} more\n`);
  }
  writeMessage("Run again: it goes on from there, and makes nothing twice.\n");
}

function view(report: RunReport, render: Renderers): string {
  const plans = new Map(report.plan.volumes.map((plan) => [keyOf(plan), plan]));
  const rows = report.volumes.flatMap((volume) => rowsOf(volume, plans.get(keyOf(volume))));
  return `${changesText(rows, render)}${summaryOf(report)}\n${shardText(report.plan.shard)}`;
}

function summaryOf(report: RunReport): string {
  const { created, deleted, left } = report.totals;
  const volumes = countText(report.volumes.length, "volume");
  const failed = report.volumes.flatMap((volume) => volume.deleted).filter((each) => each.failed).length;
  const failedText = failed === 0 ? "" : ` (${failed} of them failed ones)`;
  const found = report.volumes.flatMap((volume) => volume.created).filter((each) => each.found).length;
  const foundText = found === 0 ? "" : `, ${found} begun by another run`;
  return `${volumes}: ${created} created${foundText}, ${deleted} deleted${failedText}, ${left} left.`;
}

/** For those who watch over several shards. */
function aboutShard({ plan: { shard } }: RunReport): string {
  return shard === undefined ? "" : ` Shard ${shard.index}/${shard.count}.`;
}

const keyOf = ({ cloud, volumeId }: { cloud: string; volumeId: string }): string => `${cloud}/${volumeId}`;

function rowsOf(done: VolumeReport, plan: VolumePlan | undefined): readonly ChangeRow[] {
  const { cloud } = done;
  const volume = nameOrId(done.volumeName, done.volumeId);
  const planned = new Map(plan?.delete.map((each) => [each.snapshotId, each]));
  const deletion = ({ policyId: policy, name: snapshot, snapshotId }: DeletedSnapshot) => {
    const { slot = "", reason = "" } = planned.get(snapshotId) ?? {};
    return { cloud, volume, policy, snapshot, snapshotId, slot, reason };
  };
  return [
    ...done.created.map(({ policyId: policy, name: snapshot, snapshotId, slot, found }): ChangeRow => {
      const reason = plan?.create.find((each) => each.name === snapshot)?.reason ?? "";
      const known = { cloud, volume, policy, snapshot, snapshotId, slot, reason };
      const change = found === true ? "found" : "created";
      return { ...known, change, tone: "good", why: whyCreated(plan, policy) };
    }),
    ...done.deleted.map((each): ChangeRow => {
      const why = whyDeleted(planned.get(each.snapshotId) ?? each);
      return { ...deletion(each), change: "deleted", tone: "bad", why };
    }),
    ...done.spared.map((each): ChangeRow => {
      const reason = each.reasons.join("; ");
      return { ...deletion(each), change: "kept", tone: "busy", why: reason, reason };
    }),
  ];
}
