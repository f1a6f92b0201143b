import { join } from "node:path";
import { build } from "esbuild";

/** One file of `program` and all that it imports, as bundlers for workers and pages make it. */
export async function bundle(
  project: string,
  program: string,
  conditions: readonly string[],
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(project, program)],
    ...{ bundle: true, write: false, format: "esm", platform: "browser", logLevel: "silent" },
    conditions: [...conditions],
  });
  return outputFiles[0]?.text ?? "";
}
