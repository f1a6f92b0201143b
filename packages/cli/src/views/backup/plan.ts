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
    const held = heldIn(plan);
    const kept = `${keep} to keep${held === 0 ? "" : ` (${held} held)`}`;
    return `${table}${volumes}: ${create} to create, ${remove} to delete, ${kept}.\n${costOf(plan)}`;
  });
}

/** How many of those that stay are held, by their ids: what no policy owns is not judged and not counted. */
function heldIn({ volumes }: BackupPlan): number {
  const keeps = volumes.flatMap(({ keep }) => keep);
  return new Set(keeps.filter(({ reasons }) => reasons.includes("hold")).map(({ snapshotId }) => snapshotId))
    .size;
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
