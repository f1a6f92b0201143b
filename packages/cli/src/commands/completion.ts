import type { Options } from "../action.ts";
import { SCRIPTS } from "../completion/scripts.ts";
import type { Context } from "../context.ts";
import { keepOutputForData, out } from "../output/streams.ts";

export async function run(_context: Context, _options: Options, shell: keyof typeof SCRIPTS): Promise<void> {
  keepOutputForData();
  out(SCRIPTS[shell]);
}
