/** Puts the figures of the last run into `docs/reliability.md`, between the two marks; prints them, too. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { figuresOf, readRows } from "./report.ts";

const PAGE = fileURLToPath(new URL("../../docs/reliability.md", import.meta.url));
const BEGIN = "<!-- figures: written by reliability/src/write-table.ts -->";
const END = "<!-- end of figures -->";

const cell = (text: string): string => text.replaceAll("|", "\\|");
const table = [
  "| promise | what is done | figures | bar |",
  "|---|---|---|---|",
  ...readRows().map((row) => `| ${[row.promise, row.what, figuresOf(row), row.bar].map(cell).join(" | ")} |`),
].join("\n");
process.stdout.write(`${table}\n`);

const page = readFileSync(PAGE, "utf8");
const [before, rest = ""] = page.split(BEGIN);
const [, after] = rest.split(END);
if (before === undefined || after === undefined)
  throw new Error(`${PAGE} has lost its marks for the figures`);
writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
