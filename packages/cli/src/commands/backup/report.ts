import type { BackupReport, SnapshotPrice } from "@polyvol/backup";
import type { Config } from "@polyvol/config";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { commandText } from "../../next-step.ts";
import { count, duration, type Options, omitUndefined } from "../../options.ts";
import { countText } from "../../output/format.ts";
import { isData, type Renderers, writeResult } from "../../output/result.ts";
import { writeNote } from "../../output/streams.ts";
import type { Tone } from "../../output/terminal.ts";
import { reportProblems } from "./problems.ts";
import { readRecordFile } from "./record.ts";
import { deadline, loadBackupSetup } from "./setup.ts";

const ABOUT = `
The page is one file: it loads nothing from anywhere and runs no script. -o json writes the data
behind it. What is found is a result, not a failure: the exit code is 0, and 1 when something
could not be read (2 where only the configuration is to blame). polyvol backup status has an
exit code for what is late.

Without --record the report says what the clouds prove, and names what cannot be known: past
runs, drills, and whether a snapshot that is gone was ever made.
`;

const EXAMPLES = [
  "polyvol backup report --html backups.html --record runs.jsonl",
  "polyvol backup report -o json | jq .sentence",
];

export function addReport(backup: Command, action: MakeAction): void {
  backup
    .command("report")
    .description("show how all backups stand: a page for people, and its data")
    .option("--html <file>", "write the page to this file")
    .option("--record <file>", "what polyvol backup run --record has kept")
    .option("--days <number>", "how many days to look back, up to 400; default: 35", count)
    .option("--grace <time>", "how late a snapshot may be, such as 90m; default: 1h", duration)
    .addHelpText(...examples(EXAMPLES, ABOUT))
    .action(action(report));
}

interface ReportOptions extends Options {
  readonly html?: string;
  readonly record?: string;
  readonly days?: number;
  readonly grace?: number;
}

async function report(context: Context, options: ReportOptions): Promise<number> {
  const backup = await import("@polyvol/backup");
  const { policies, clouds, withSourcePositions } = await loadBackupSetup(context);
  const reportOptions = omitUndefined({
    abortSignal: await deadline(context),
    days: options.days,
    graceMs: options.grace,
    record: await readRecordFile(options.record),
    prices: pricesOf(await context.config()),
  });
  const found = await withSourcePositions(() =>
    backup.backupReport(policies, clouds, new Date(), reportOptions),
  );
  if (options.html !== undefined) await writePage(options.html, found);
  // Who asks for the page has it; data is written where it is asked for.
  if (options.html === undefined || isData(context.output)) {
    await writeResult(context.output, found, (render) => view(found, render));
  } else writeNote(`${found.sentence}\nSaved as ${options.html}.\n`);
  return reportProblems(found.problems, { readOnly: true });
}

/** Writes the page of a report: whole, or not at all. */
async function writePage(file: string, found: BackupReport): Promise<void> {
  const { renderReportPage } = await import("@polyvol/report");
  const { writeWhole } = await import("../../output/whole-file.ts");
  await writeWhole(file, renderReportPage(found));
}

/** The prices of the configuration: `0.06 USD` for a GiB and month. */
function pricesOf({ clouds }: Config): Readonly<Record<string, SnapshotPrice>> {
  return Object.fromEntries(
    [...clouds.values()].flatMap(({ name, snapshotPrice }) => {
      if (snapshotPrice === undefined) return [];
      const [amount = "", currency = ""] = snapshotPrice.split(" ");
      return [[name, { perGiBMonth: Number(amount), currency }] as const];
    }),
  );
}

const TONES: Readonly<Record<BackupReport["verdict"], Tone>> = { fresh: "good", stale: "bad", failed: "bad" };

function view(found: BackupReport, { fields }: Renderers): string {
  const { verdict, sentence, volumes, unprotected, unprotectedUnknown, findings, unknown } = found;
  const blind = unprotectedUnknown.length === 0 ? "" : `, not known of ${unprotectedUnknown.join(", ")}`;
  const snapshots = volumes.reduce((sum, each) => sum + each.snapshots.length, 0);
  return fields([
    ["verdict", verdict, TONES[verdict]],
    ["in short", sentence],
    ["backed up", `${countText(volumes.length, "volume")} with ${countText(snapshots, "snapshot")}`],
    ["without a policy", `${countText(unprotected.length, "volume")}${blind}`],
    [
      "findings",
      findings.length === 0 ? "" : `${findings.length}: ${commandText("backup audit")} lists them`,
    ],
    ...unknown.map((each) => ["not known", each] as const),
  ]);
}
