/** Puts the figures of the last runs into `docs/reliability.md`, each table between its two marks; prints them, too. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { figuresOf, type Row, readRows } from "./report.ts";

const PAGE = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
const END = "<!-- end of figures -->";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const tableOf = (rows: readonly Row[]): string =>
  [
    "| promise | what is done | figures | bar |",
    "|---|---|---|---|",
    ...rows.map((row) => `| ${[row.promise, row.what, figuresOf(row), row.bar].map(cell).join(" | ")} |`),
  ].join("\n");

/** The page with one table anew. What was not measured since `.reports` was emptied stays. */
function withTable(page: string, begin: string, rows: readonly Row[]): string {
  if (rows.length === 0) return page;
  const table = tableOf(rows);
  process.stdout.write(`${table}\n`);
  const [before = "", rest] = page.split(begin);
  const end = rest?.indexOf(END) ?? -1;
  if (rest === undefined || end === -1) throw new Error(`${PAGE} has lost its marks: ${begin}`);
  return `${before}${begin}\n\n${table}\n\n${rest.slice(end)}`;
}

const { real = [], emulated = [] } = Object.groupBy(readRows(), ({ id }) =>
  id.startsWith("cinder-") ? "real" : "emulated",
);
let page = readFileSync(PAGE, "utf8");
page = withTable(page, "<!-- figures: written by reliability/src/write-table.ts -->", emulated);
page = withTable(page, "<!-- figures on a real Cinder: written by reliability/src/write-table.ts -->", real);
writeFileSync(PAGE, page);
