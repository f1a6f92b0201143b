import { isQuiet, writeOutput } from "./streams.ts";
import type { renderFields, renderTable } from "./table.ts";
import { cleanFor } from "./terminal.ts";

export type OutputFormat = "table" | "json" | "yaml";

/** How a result is written for people. */
export interface Renderers {
  readonly table: typeof renderTable;
  readonly fields: typeof renderFields;
}

/** Writes a result to standard output: `data` as JSON or YAML, or for people what `view` returns. */
export async function writeResult(
  format: OutputFormat,
  data: unknown,
  view: (render: Renderers) => string,
): Promise<void> {
  if (format === "table") {
    const { renderFields, renderTable } = await import("./table.ts");
    return writeOutput(view({ table: renderTable, fields: renderFields }));
  }
  writeOutput(cleanFor(process.stdout, format === "json" ? renderJson(data) : await renderYaml(data)));
}

/** Writes the result of a check. With `--quiet`, people get no table of a check that found all well. */
export async function writeCheckResult(
  format: OutputFormat,
  ok: boolean,
  data: unknown,
  view: (render: Renderers) => string,
): Promise<void> {
  if (!ok || !isQuiet() || format !== "table") await writeResult(format, data, view);
}

/** Exact values; instants are ISO 8601. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function renderYaml(value: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(JSON.parse(renderJson(value)), { lineWidth: 0 });
}
