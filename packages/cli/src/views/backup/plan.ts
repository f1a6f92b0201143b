import type { BackupPlan } from "@polyvol/backup";
import { countText, secondsText } from "../../output/format.ts";
import { type OutputFormat, writeResult } from "../../output/result.ts";
import { CHANGE_COLUMNS, type ChangeRow } from "./change-table.ts";

/** Writes a plan: as data the plan itself, for people each change with its reason and what the run costs. */
export async function writePlan(format: OutputFormat, plan: BackupPlan): Promise<void> {
  await writeResult(format, plan, async () => {
    const { renderTable } = await import("../../output/table.ts");
    const rows = rowsOf(plan);
    const table = rows.length === 0 ? "" : `${renderTable(rows, CHANGE_COLUMNS)}\n`;
    const { create, delete: remove, keep } = plan.totals;
    const volumes = countText(plan.volumes.length, "volume");
    return `${table}${volumes}: ${create} to create, ${remove} to delete, ${keep} to keep.\n${costOf(plan)}`;
  });
}

function rowsOf({ volumes }: BackupPlan): readonly ChangeRow[] {
  return volumes.flatMap(({ cloud, volumeName, create, delete: remove }) => {
    const row = (
      { policyId, name, reason }: { policyId: string; name: string; reason: string },
      change: string,
      tone: ChangeRow["tone"],
    ): ChangeRow => ({ cloud, volume: volumeName, policy: policyId, change, tone, snapshot: name, reason });
    return [
      ...create.map((each) => row(each, "create", "good")),
      ...remove.map((each) => row(each, "delete", "bad")),
    ];
  });
}

function costOf({ clouds, totals }: BackupPlan): string {
  if (totals.create + totals.delete === 0) return "";
  return clouds
    .map(({ cloud, requests, shortestMs }) => {
      const time = shortestMs === 0 ? "" : `, at least ${secondsText(shortestMs)}`;
      return `${cloud}: ${countText(requests.total, "request")}${time}.\n`;
    })
    .join("");
}
