import { run as runBackup } from "@polyvol/backup";
import type { Options } from "../../action.ts";
import { carryOut } from "../../backup/carry-out.ts";
import { configured } from "../../backup/configured.ts";
import type { Context } from "../../context.ts";

export interface RunCommandOptions extends Options {
  readonly policy?: readonly string[];
}

export async function run(context: Context, options: RunCommandOptions): Promise<number> {
  const settings = await configured(context, options.policy);
  return await carryOut(context, settings, (how) => runBackup(settings.policies, settings.clouds, how));
}
