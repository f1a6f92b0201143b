import type { RunReport, VolumePlan, VolumeReport } from "@polyvol/backup";
import { countText } from "../../output/format.ts";
import { type OutputFormat, writeResult } from "../../output/result.ts";
import { CHANGE_COLUMNS, type ChangeRow } from "./change-table.ts";

/** Writes what a run did: as data the report itself, for people each change with its reason. */
export async function writeRun(format: OutputFormat, report: RunReport): Promise<void> {
  await writeResult(format, report, async () => {
    const { renderTable } = await import("../../output/table.ts");
    const plans = new Map(report.plan.volumes.map((plan) => [keyOf(plan), plan]));
    const rows = report.volumes.flatMap((volume) => rowsOf(volume, plans.get(keyOf(volume))));
    const table = rows.length === 0 ? "" : `${renderTable(rows, CHANGE_COLUMNS)}\n`;
    const { created, deleted, left } = report.totals;
    const volumes = countText(report.volumes.length, "volume");
    const failed = report.volumes.flatMap((volume) => volume.deleted).filter((each) => each.failed).length;
    const ofThem = failed === 0 ? "" : ` (${failed} of them failed ones)`;
    return `${table}${volumes}: ${created} created, ${deleted} deleted${ofThem}, ${left} left.\n`;
  });
}

const keyOf = ({ cloud, volumeId }: { cloud: string; volumeId: string }): string => `${cloud}/${volumeId}`;

function rowsOf(volume: VolumeReport, plan: VolumePlan | undefined): readonly ChangeRow[] {
  const { cloud, volumeName } = volume;
  const row = (
    { policyId, name }: { policyId: string; name: string },
    change: string,
    tone: ChangeRow["tone"],
    reason: string,
  ): ChangeRow => ({ cloud, volume: volumeName, policy: policyId, change, tone, snapshot: name, reason });
  const whyMade = (name: string): string => plan?.create.find((each) => each.name === name)?.reason ?? "";
  const whyGone = (id: string): string => plan?.delete.find((each) => each.snapshotId === id)?.reason ?? "";
  return [
    ...volume.created.map((each) => row(each, "created", "good", whyMade(each.name))),
    ...volume.deleted.map((each) => row(each, "deleted", "bad", whyGone(each.snapshotId))),
    ...volume.spared.map((each) => row(each, "kept", "busy", each.reasons.join("; "))),
  ];
}
