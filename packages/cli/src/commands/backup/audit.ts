import { audit } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { configured } from "../../backup/configured.ts";
import { deadline } from "../../backup/deadline.ts";
import { reportProblems } from "../../backup/problems.ts";
import type { Context } from "../../context.ts";
import { writeAudit } from "../../views/backup/audit.ts";

export async function run(context: Context, _options: Options): Promise<number> {
  const { policies, clouds, check } = await configured(context);
  const report = await check(() => audit(policies, clouds, { abortSignal: deadline(context) }));
  await writeAudit(context.output, report);
  return reportProblems(report.problems, "looking");
}
