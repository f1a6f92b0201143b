import { apply, PolicyError, parsePlan } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { carryOut } from "../../backup/carry-out.ts";
import { configured } from "../../backup/configured.ts";
import { inFiles } from "../../backup/policy-files.ts";
import { readJson } from "../../backup/read-json.ts";
import type { Context } from "../../context.ts";

export interface ApplyOptions extends Options {
  readonly policy?: readonly string[];
  readonly liftBrake?: boolean;
}

export async function run(context: Context, options: ApplyOptions, file: string): Promise<number> {
  const stored = await readJson(file, "a plan that polyvol backup plan --save wrote");
  await inFiles({ plan: file }, () => readable(stored));
  const settings = await configured(context, options.policy);
  const { liftBrake = false } = options;
  return await carryOut(context, settings, (how) =>
    apply(stored, settings.policies, settings.clouds, { ...how, liftBrake }),
  );
}

/** A plan that was changed is refused by `apply` itself; here only the form counts. */
function readable(stored: unknown): void {
  try {
    parsePlan(stored);
  } catch (error) {
    if (!(error instanceof PolicyError) || error.code === "invalid_argument") throw error;
  }
}
