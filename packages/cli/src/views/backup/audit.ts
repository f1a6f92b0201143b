import type { AuditReport, Finding } from "@polyvol/backup";
import { countText } from "../../output/format.ts";
import { type OutputFormat, writeResult } from "../../output/result.ts";
import type { Column } from "../../output/table.ts";

/** Writes what no policy takes care of. */
export async function writeAudit(format: OutputFormat, report: AuditReport): Promise<void> {
  await writeResult(format, report, async () => {
    const { renderTable } = await import("../../output/table.ts");
    const { findings } = report;
    if (findings.length === 0) {
      return report.problems.length === 0 ? "No findings.\n" : "No findings in what could be read.\n";
    }
    const table = renderTable<Finding>(findings, [
      { title: "cloud", text: ({ cloud }) => cloud },
      { title: "finding", text: ({ kind }) => kind.replaceAll("_", " "), tone: () => "busy" },
      { title: "what", text: whatOf, flexible: true },
      ...(findings.some(({ volumeId }) => volumeId !== undefined) ? [VOLUME] : []),
      { title: "about", text: ({ message }) => message, flexible: true },
      { title: "ids", text: idsOf, optional: true },
    ]);
    return `${table}\n${countText(findings.length, "finding")}. Nothing was changed.\n`;
  });
}

/** Which volume snapshots are of: of one that is gone, too. */
const VOLUME: Column<Finding> = {
  title: "of volume",
  text: ({ volumeId, volumeName }) =>
    [volumeName ?? "", volumeId ?? ""].filter((part) => part !== "").join(" "),
  flexible: true,
};

function whatOf({ resource, names }: Finding): string {
  const [first = ""] = names;
  return names.length === 1 ? `${resource} ${first}` : `${countText(names.length, resource)}, first ${first}`;
}

/** Many ids make a table unreadable; data has all of them. */
function idsOf({ ids }: Finding): string {
  const [first = ""] = ids;
  return ids.length === 1 ? first : `${first} and ${ids.length - 1} more`;
}
