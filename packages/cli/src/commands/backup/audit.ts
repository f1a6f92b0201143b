import { audit } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { configured } from "../../backup/configured.ts";
import { deadline } from "../../backup/deadline.ts";
import { reportProblems } from "../../backup/problems.ts";
import type { Context } from "../../context.ts";
import { writeVerdict } from "../../output/result.ts";
import { writeAudit } from "../../views/backup/audit.ts";

export async function run(context: Context, _options: Options): Promise<number> {
  const { policies, clouds, check } = await configured(context);
  const report = await check(() => audit(policies, clouds, { abortSignal: deadline(context) }));
  await writeVerdict(context.output, report.ok, () => writeAudit(context.output, report));
  return reportProblems(report.problems, "looking");
}
