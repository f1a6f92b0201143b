import type { Options } from "../../action.ts";
import type { Context } from "../../context.ts";
import { writeResult } from "../../output/result.ts";

/** Always data: a JSON Schema has no other form. */
export async function run(context: Context, _options: Options): Promise<void> {
  const [{ configJsonSchema }, { policiesJsonSchema }] = await Promise.all([
    import("@polyvol/container"),
    import("@polyvol/backup"),
  ]);
  const format = context.output === "yaml" ? "yaml" : "json";
  await writeResult(format, configJsonSchema([], policiesJsonSchema()), async () => "");
}
