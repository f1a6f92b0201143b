import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One promise with what was measured. */
export interface Row {
  /** Sorts the table; unique. */
  readonly id: string;
  /** Number of the promise. */
  readonly promise: string;
  readonly what: string;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly bar: string;
}

const REPORTS = join(dirname(fileURLToPath(import.meta.url)), "../../.reports");
const ROWS = join(REPORTS, "reliability");
const REPORT = join(REPORTS, "reliability.json");

/** Prints a row and adds it to the shared result. Test files run in processes of their own. */
export function report(row: Row): void {
  process.stdout.write(`[${row.promise}] ${row.what}: ${figuresOf(row)} (bar: ${row.bar})\n`);
  mkdirSync(ROWS, { recursive: true });
  put(join(ROWS, `${row.id}.json`), row);
  // Whoever merges last sees the rows of all: after each merge the folder is read again.
  for (let written = ""; written !== listed(); ) {
    written = listed();
    put(REPORT, readRows());
  }
}

export function readRows(): readonly Row[] {
  return listed()
    .split("\n")
    .filter((name) => name !== "")
    .map((name) => JSON.parse(readFileSync(join(ROWS, name), "utf8")) as Row);
}

export function figuresOf({ figures }: Row): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${typeof value === "number" ? value.toLocaleString("en-US") : value}`)
    .join(", ");
}

function listed(): string {
  return readdirSync(ROWS)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .join("\n");
}

function put(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(draft, file);
}
