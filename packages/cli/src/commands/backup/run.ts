import { prune, run as runBackup } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { carryOut } from "../../backup/carry-out.ts";
import { configured } from "../../backup/configured.ts";
import type { Context } from "../../context.ts";

export interface RunCommandOptions extends Options {
  readonly policy?: readonly string[];
  readonly pruneOnly?: boolean;
  readonly liftBrake?: boolean;
}

export async function run(context: Context, options: RunCommandOptions): Promise<number> {
  const settings = await configured(context, options.policy);
  const { pruneOnly = false, liftBrake = false } = options;
  const work = pruneOnly ? prune : runBackup;
  return await carryOut(context, settings, (how) =>
    work(settings.policies, settings.clouds, { ...how, liftBrake }),
  );
}
