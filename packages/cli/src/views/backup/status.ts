import type { BackupStatus, Freshness, VolumeStatus } from "@polyvol/backup";
import type { Tone } from "../../output/colour.ts";
import { spanText } from "../../output/format.ts";
import { type OutputFormat, writeResult } from "../../output/result.ts";

const TONES: Readonly<Record<Freshness, Tone>> = { fresh: "good", new: "note", late: "bad", missing: "bad" };

function aheadText(slot: string | undefined, now: string): string {
  return slot === undefined ? "" : `in ${spanText(Date.parse(slot) - Date.parse(now))}`;
}

/** Writes how fresh the snapshots of every volume are. */
export async function writeStatus(format: OutputFormat, status: BackupStatus): Promise<void> {
  await writeResult(format, status, async () => {
    const { renderTable } = await import("../../output/table.ts");
    const { fresh, late, missing, new: young } = status.counts;
    const summary = `${status.verdict}: ${fresh} fresh, ${late} late, ${missing} missing, ${young} new.\n`;
    if (status.volumes.length === 0) return summary;
    const table = renderTable<VolumeStatus>(status.volumes, [
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
        text: ({ overdueMs, freshness }) =>
          overdueMs === 0 || freshness === "new" ? "" : spanText(overdueMs),
        align: "right",
      },
      {
        title: "snapshots",
        text: ({ snapshots, failed }) => `${snapshots}${failed === 0 ? "" : ` + ${failed} failed`}`,
        align: "right",
      },
      { title: "next", text: ({ nextSlot }) => aheadText(nextSlot, status.now), align: "right" },
    ]);
    return `${table}\n${summary}`;
  });
}
