import { cleanFor } from "./clean.ts";
import { isQuiet, out } from "./streams.ts";

export type OutputFormat = "table" | "json" | "yaml";

/** Writes a result: `data` exactly, or `people` for people. */
export async function writeResult(
  format: OutputFormat,
  data: unknown,
  people: () => Promise<string>,
): Promise<void> {
  if (format === "table") return out(await people());
  const text =
    format === "json"
      ? (await import("./json.ts")).renderJson(data)
      : (await import("./yaml.ts")).renderYaml(data);
  out(cleanFor(process.stdout, text));
}

/** Writes the result of a check, which is nothing to people who want to hear only what went wrong when all is well. */
export async function writeVerdict(
  format: OutputFormat,
  allIsWell: boolean,
  write: () => Promise<void>,
): Promise<void> {
  if (!allIsWell || !isQuiet() || format !== "table") await write();
}
