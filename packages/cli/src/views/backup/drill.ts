import type { DrillCheck, DrillReport } from "@polyvol/backup";
import type { Tone } from "../../output/colour.ts";
import { secondsText } from "../../output/format.ts";
import { type OutputFormat, writeResult } from "../../output/result.ts";

const TONES: Readonly<Record<DrillCheck["result"], Tone>> = {
  passed: "good",
  failed: "bad",
  unknown: "note",
};

/** Writes what a drill proved. */
export async function writeDrill(format: OutputFormat, report: DrillReport): Promise<void> {
  await writeResult(format, report, async () => {
    const { renderFields } = await import("../../output/table.ts");
    const { cloud, ok, snapshotName, snapshotId, takenAt, volumeId, restoreMs, checks, leftovers } = report;
    return renderFields([
      ["cloud", cloud],
      ["result", ok ? "the snapshot restores" : "not proved", ok ? "good" : "bad"],
      ["snapshot", snapshotName, "strong"],
      ["id", snapshotId],
      ["taken", takenAt],
      ["of volume", volumeId],
      ["restored in", restoreMs === undefined ? "" : secondsText(restoreMs)],
      ...checks.map(
        ({ check, result, found, wanted }) =>
          [check, `${result}: found ${found}; wanted ${wanted}`, TONES[result]] as const,
      ),
      ["left before", leftovers.map(({ name, outcome }) => `${name} ${outcome}`).join(", ")],
    ]);
  });
}
