import type { BackupStatus, Freshness, VolumeStatus } from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { FAILED } from "../../errors.ts";
import { duration, omitUndefined } from "../../options.ts";
import { spanText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import type { Tone } from "../../output/terminal.ts";
import { POLICY } from "./changes.ts";
import { type MonitoringOptions, monitored, withMonitoring } from "./monitoring/monitored.ts";
import type { Outcome } from "./monitoring/watch.ts";
import { reportProblems } from "./problems.ts";
import { deadline, loadBackupSetup } from "./setup.ts";

export function addStatus(backup: Command, action: MakeAction): void {
  withMonitoring(
    backup
      .command("status")
      .description("show whether every volume has the snapshot that is due; exit with 4 when one has not")
      .option(...POLICY)
      .option("--grace <time>", "how late a snapshot may be, such as 90m; default: 1h", duration),
  )
    .addHelpText("after", examples("polyvol backup status", "polyvol backup status --grace 3h -o json"))
    .action(action(status));
}

const CODES = { fresh: 0, stale: 4, failed: FAILED } as const;

interface StatusOptions extends MonitoringOptions {
  readonly policy?: readonly string[];
  readonly grace?: number;
}

async function status(context: Context, options: StatusOptions): Promise<number> {
  return await monitored(context, options, "backup status", () => checkStatus(context, options));
}

async function checkStatus(context: Context, options: StatusOptions): Promise<Outcome> {
  const backup = await import("@polyvol/backup");
  const { policies, clouds, withSourcePositions } = await loadBackupSetup(context, options.policy);
  const statusOptions = omitUndefined({ abortSignal: await deadline(context), graceMs: options.grace });
  const found = await withSourcePositions(() => backup.status(policies, clouds, new Date(), statusOptions));
  await writeCheckResult(context.output, found.verdict === "fresh", found, (render) => view(found, render));
  reportProblems(found.problems, { readOnly: true });
  return { exitCode: CODES[found.verdict], summary: summaryOf(found), problems: found.problems };
}

const TONES: Readonly<Record<Freshness, Tone>> = { fresh: "good", new: "note", late: "bad", missing: "bad" };

function summaryOf({ verdict, counts }: BackupStatus): string {
  const { fresh, late, missing, new: young } = counts;
  return `${verdict}: ${fresh} fresh, ${late} late, ${missing} missing, ${young} new.`;
}

function view(status: BackupStatus, { table }: Renderers): string {
  const { volumes, now } = status;
  const summary = `${summaryOf(status)}\n`;
  if (volumes.length === 0) return summary;
  const rows = table<VolumeStatus>(volumes, [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "volume", text: ({ volumeName }) => volumeName, flexible: true },
    { title: "policy", text: ({ policyId }) => policyId },
    { title: "state", text: ({ freshness }) => freshness, tone: ({ freshness }) => TONES[freshness] },
    {
      title: "newest",
      text: ({ newest }) => (newest === undefined ? "none" : `${spanText(newest.ageMs)} ago`),
      align: "right",
    },
    {
      title: "overdue",
      text: ({ overdueMs, freshness }) => (overdueMs === 0 || freshness === "new" ? "" : spanText(overdueMs)),
      align: "right",
    },
    {
      title: "snapshots",
      text: ({ snapshots, failed }) => `${snapshots}${failed === 0 ? "" : ` + ${failed} failed`}`,
      align: "right",
    },
    {
      title: "next",
      text: ({ nextSlot }) =>
        nextSlot === undefined ? "" : `in ${spanText(Date.parse(nextSlot) - Date.parse(now))}`,
      align: "right",
    },
  ]);
  return `${rows}\n${summary}`;
}
