import { drill } from "@polyvol/backup";
import { type ChoiceOptions, checkChoice, choiceOf } from "../../backup/choice.ts";
import { reportProblems } from "../../backup/problems.ts";
import type { Context } from "../../context.ts";
import { FAILED } from "../../errors.ts";
import { onOneCloud } from "../../on-clouds.ts";
import { writeVerdict } from "../../output/result.ts";
import { writeDrill } from "../../views/backup/drill.ts";
import { change } from "../../wait.ts";

export async function run(context: Context, options: ChoiceOptions): Promise<number> {
  checkChoice(options);
  const { cloud, storage } = await onOneCloud(context);
  const from = await choiceOf(context, options);
  const text = `drill of ${options.volume ?? options.snapshot} on ${cloud}`;
  const report = await change(context, text, () =>
    drill({ cloud, from }, { [cloud]: storage }, context.call),
  );
  await writeVerdict(context.output, report.ok, () => writeDrill(context.output, report));
  reportProblems(report.problems);
  return report.ok ? 0 : FAILED;
}
