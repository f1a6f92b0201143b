import type { AuditReport, Finding } from "@polyvol/backup";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import type { Options } from "../../options.ts";
import { countText, nameOrId } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import { orderBy } from "../../output/sort.ts";
import { differIn } from "../../output/table.ts";
import { reportProblems } from "./problems.ts";
import { deadline, loadBackupSetup, SHARD, shardText } from "./setup.ts";

const FINDINGS = `
Nothing is changed. A finding is a result, not a failure: the exit code is 0 with and without any,
and 1 when something could not be read (2 where only the configuration is to blame). Scripts look at "ok",
which is true when nothing was found.
`;

export function addAudit(backup: Command, action: MakeAction): void {
  backup
    .command("audit")
    .description("find what no policy takes care of: surplus, orphans, volumes without a policy")
    .option(...SHARD)
    .addHelpText(...examples(["polyvol backup audit", "polyvol backup audit -o json | jq .ok"], FINDINGS))
    .action(action(audit));
}

interface AuditOptions extends Options {
  readonly shard?: string;
}

async function audit(context: Context, { shard }: AuditOptions): Promise<number> {
  const backup = await import("@polyvol/backup");
  const { policies, clouds, scope, withSourcePositions } = await loadBackupSetup(context, { shard });
  const abortSignal = await deadline(context);
  const report = await withSourcePositions(() => backup.audit(policies, clouds, { ...scope, abortSignal }));
  await writeCheckResult(context.output, report.ok, report, (render) => view(report, render));
  return reportProblems(report.problems, { readOnly: true });
}

const cloudOf = ({ cloud }: Finding): string => cloud;

function view({ findings, problems, shard }: AuditReport, { table }: Renderers): string {
  if (findings.length === 0) {
    const none = problems.length === 0 ? "No findings.\n" : "No findings in what could be read.\n";
    return `${none}${shardText(shard)}`;
  }
  const clouds = findings.map(cloudOf);
  const kinds = findings.map(({ kind }) => kind);
  const byName = orderBy<Finding>(
    ({ cloud }) => clouds.indexOf(cloud),
    ({ kind }) => kinds.indexOf(kind),
    ({ names }) => names[0] ?? "",
  );
  const rows = table<Finding>(findings.toSorted(byName), [
    { title: "cloud", text: cloudOf, rank: 1, needed: differIn(cloudOf) },
    { title: "finding", text: ({ kind }) => kind.replaceAll("_", " "), tone: () => "busy" },
    { title: "what", text: resourceText, whole: true },
    { title: "of volume", text: volumeText, cutTo: 8, rank: 2 },
    { title: "about", text: ({ message }) => message, whole: true },
    { title: "volume id", text: ({ volumeId = "" }) => volumeId, wide: true },
    { title: "ids", text: idsText, wide: true },
  ]);
  return `${rows}\n${countText(findings.length, "finding")}. Nothing was changed.\n${shardText(shard)}`;
}

function resourceText({ resource, names }: Finding): string {
  const [first = ""] = names;
  return names.length === 1 ? `${resource} ${first}` : `${countText(names.length, resource)}, first ${first}`;
}

/** The volume of snapshots, which may be gone and have left no name. */
function volumeText({ volumeName, volumeId }: Finding): string {
  return nameOrId(volumeName, volumeId);
}

/** Many ids make a table unreadable; data has all of them. */
function idsText({ ids }: Finding): string {
  const [first = ""] = ids;
  return ids.length === 1 ? first : `${first} and ${ids.length - 1} more`;
}
