import { explainRetention } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { inFiles } from "../../backup/policy-files.ts";
import { readJson } from "../../backup/read-json.ts";
import type { Context } from "../../context.ts";
import { writeExplanation } from "../../views/backup/explanation.ts";

export interface ExplainOptions extends Options {
  readonly policy: string;
  readonly snapshots: string;
}

export async function run(context: Context, options: ExplainOptions): Promise<void> {
  const policy = await readJson(options.policy, "the keys of a retention policy");
  const snapshots = await readJson(options.snapshots, "a list of snapshots");
  const files = { policy: options.policy, snapshots: options.snapshots };
  const explanation = await inFiles(files, () => explainRetention(policy, snapshots));
  await writeExplanation(context.output, explanation);
}
