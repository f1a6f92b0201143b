import type { RetentionExplanation } from "@polyvol/backup";
import { countText } from "../../output/format.ts";
import { type OutputFormat, writeResult } from "../../output/result.ts";

/** Writes what a retention policy keeps and why. */
export async function writeExplanation(
  format: OutputFormat,
  explanation: RetentionExplanation,
): Promise<void> {
  await writeResult(format, explanation, async () => {
    const { renderTable } = await import("../../output/table.ts");
    const rows = [
      ...explanation.kept.map(({ id, reasons }) => ({ id, kept: true, why: reasons.join("; ") })),
      ...explanation.removed.map(({ id }) => ({ id, kept: false, why: "no rule keeps it" })),
    ];
    const summary = `${countText(rows.length, "snapshot")}: ${explanation.kept.length} kept, ${explanation.removed.length} removed.\n`;
    if (rows.length === 0) return summary;
    const table = renderTable(rows, [
      { title: "id", text: ({ id }) => id },
      {
        title: "fate",
        text: ({ kept }) => (kept ? "kept" : "removed"),
        tone: ({ kept }) => (kept ? "good" : "bad"),
      },
      { title: "why", text: ({ why }) => why, flexible: true },
    ]);
    return `${table}\n${summary}`;
  });
}
