import { writeFile } from "node:fs/promises";
import { plan } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { configured } from "../../backup/configured.ts";
import { deadline } from "../../backup/deadline.ts";
import { reportProblems } from "../../backup/problems.ts";
import type { Context } from "../../context.ts";
import { renderJson } from "../../output/json.ts";
import { note } from "../../output/streams.ts";
import { unwritable } from "../../unwritable.ts";
import { writePlan } from "../../views/backup/plan.ts";

/** Changes are pending, for those who asked to be told so. */
const PENDING = 3;

export interface PlanCommandOptions extends Options {
  readonly policy?: readonly string[];
  readonly save?: string;
  readonly detailedExitcode?: boolean;
  readonly pruneOnly?: boolean;
  readonly liftBrake?: boolean;
}

export async function run(context: Context, options: PlanCommandOptions): Promise<number> {
  const { policies, clouds, check } = await configured(context, options.policy);
  const { pruneOnly = false, liftBrake = false } = options;
  const how = { abortSignal: deadline(context), pruneOnly, liftBrake };
  const made = await check(() => plan(policies, clouds, new Date(), how));
  if (options.save !== undefined) await save(options.save, renderJson(made));
  await writePlan(context.output, made);
  if (options.save !== undefined) note(`Saved as ${options.save}.\n`);
  const code = reportProblems(made.problems);
  if (code !== 0 || options.detailedExitcode !== true) return code;
  return made.totals.create + made.totals.delete > 0 ? PENDING : 0;
}

async function save(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}
