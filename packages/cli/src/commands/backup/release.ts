import { release } from "@polyvol/backup";
import { changeHold, type HoldCommandOptions } from "../../backup/change-hold.ts";
import type { Context } from "../../context.ts";

export async function run(
  context: Context,
  options: HoldCommandOptions,
  wanted: readonly string[],
): Promise<void> {
  await changeHold(context, "release", options, wanted, release);
}
