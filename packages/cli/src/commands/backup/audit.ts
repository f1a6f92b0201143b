import type { AuditReport, Finding } from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { countText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import type { Column } from "../../output/table.ts";
import { reportProblems } from "./problems.ts";
import { deadline, loadBackupSetup } from "./setup.ts";

const FINDINGS = `
Nothing is changed. A finding is a result, not a failure: the exit code is 0 with and without any,
and 1 when something could not be read. Scripts look at "ok", which is true when nothing was found.
`;

export function addAudit(backup: Command, action: MakeAction): void {
  backup
    .command("audit")
    .description("find what no policy takes care of: surplus, orphans, volumes without a policy")
    .addHelpText(
      "after",
      `${examples("polyvol backup audit", "polyvol backup audit -o json | jq .ok")}${FINDINGS}`,
    )
    .action(action(audit));
}

async function audit(context: Context): Promise<number> {
  const backup = await import("@polyvol/backup");
  const { policies, clouds, withSourcePositions } = await loadBackupSetup(context);
  const abortSignal = await deadline(context);
  const report = await withSourcePositions(() => backup.audit(policies, clouds, { abortSignal }));
  await writeCheckResult(context.output, report.ok, report, (render) => view(report, render));
  return reportProblems(report.problems, { readOnly: true });
}

function view({ findings, problems }: AuditReport, { table }: Renderers): string {
  if (findings.length === 0) {
    return problems.length === 0 ? "No findings.\n" : "No findings in what could be read.\n";
  }
  const rows = table<Finding>(findings, [
    { title: "cloud", text: ({ cloud }) => cloud },
    { title: "finding", text: ({ kind }) => kind.replaceAll("_", " "), tone: () => "busy" },
    { title: "what", text: resourceText, flexible: true },
    ...(findings.some(({ volumeId }) => volumeId !== undefined) ? [VOLUME] : []),
    { title: "about", text: ({ message }) => message, flexible: true },
    { title: "ids", text: idsText, optional: true },
  ]);
  return `${rows}\n${countText(findings.length, "finding")}. Nothing was changed.\n`;
}

/** The volume of snapshots, also of one that is gone. */
const VOLUME: Column<Finding> = {
  title: "of volume",
  text: ({ volumeId, volumeName }) =>
    [volumeName ?? "", volumeId ?? ""].filter((part) => part !== "").join(" "),
  flexible: true,
};

function resourceText({ resource, names }: Finding): string {
  const [first = ""] = names;
  return names.length === 1 ? `${resource} ${first}` : `${countText(names.length, resource)}, first ${first}`;
}

/** Many ids make a table unreadable; data has all of them. */
function idsText({ ids }: Finding): string {
  const [first = ""] = ids;
  return ids.length === 1 ? first : `${first} and ${ids.length - 1} more`;
}
