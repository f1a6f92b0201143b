import { isDataAsLines, isQuiet, writeOutput } from "./streams.ts";
import type { Column, renderFields } from "./table.ts";
import { cleanFor } from "./terminal.ts";

/**
 * `wide` is a table with all columns, and nothing cut; `jsonl` and `prometheus` are for the commands that
 * {@link ONLY_WITH} names.
 */
export type OutputFormat = "table" | "wide" | "json" | "jsonl" | "yaml" | "prometheus";

/** The values of `--output`. */
export const OUTPUT_FORMATS: readonly OutputFormat[] = [
  "table",
  "wide",
  "json",
  "jsonl",
  "yaml",
  "prometheus",
];

/** The commands that a format is for, where it is not for all: those that give metrics, and lists that can be long. */
export const ONLY_WITH: Readonly<Partial<Record<OutputFormat, readonly string[]>>> = {
  jsonl: ["polyvol volumes list", "polyvol snapshots list"],
  prometheus: ["polyvol backup status"],
};

/** Whether results are for programs, and nothing else may stand among them. */
export function isData(format: OutputFormat): format is "json" | "jsonl" | "yaml" {
  return format === "json" || format === "jsonl" || format === "yaml";
}

/** How a result is written for people. */
export interface Renderers {
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string;
  readonly fields: typeof renderFields;
}

/** Writes a result to standard output: `data` as JSON or YAML, or for people what `view` returns. */
export async function writeResult(
  format: OutputFormat,
  data: unknown,
  view: (render: Renderers) => string,
): Promise<void> {
  if (!isData(format)) {
    const { renderFields, renderTable } = await import("./table.ts");
    const wide = format === "wide";
    const table: Renderers["table"] = (rows, columns) => renderTable(rows, columns, { wide });
    return writeOutput(view({ table, fields: renderFields }));
  }
  if (isDataAsLines()) {
    const line = format !== "yaml" ? JSON.stringify(data) : `---\n${await renderYaml(data)}`;
    return writeOutput(cleanFor(process.stdout, `${line.trimEnd()}\n`));
  }
  writeOutput(cleanFor(process.stdout, format !== "yaml" ? renderJson(data) : await renderYaml(data)));
}

/** Writes the result of a check. With `--quiet`, people get no table of a check that found all well. */
export async function writeCheckResult(
  format: OutputFormat,
  ok: boolean,
  data: unknown,
  view: (render: Renderers) => string,
): Promise<void> {
  if (!ok || !isQuiet() || isData(format)) await writeResult(format, data, view);
}

/** Exact values; instants are ISO 8601. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

async function renderYaml(value: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  // What YAML 1.1 reads otherwise is quoted: to PyYAML, and so to Ansible, a plain off is false and an instant a date.
  return stringify(JSON.parse(renderJson(value)), { lineWidth: 0, compat: "yaml-1.1" });
}
