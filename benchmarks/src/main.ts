/**
 * `pnpm bench [--quick] [--only TEXT] [--runs N] [--json FILE]`: speed as ratios within one run. Builds what it measures. With
 * several runs it says of each row whether they agree, within 5 %: only such a figure counts.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./measure.ts";
import * as rows from "./rows.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    runs: { type: "string", default: "1" },
    json: { type: "string" },
    "no-build": { type: "boolean", default: false },
  },
});

const scale: rows.Scale = values.quick
  ? { rounds: 3, repeats: 2, importRounds: 9 }
  : { rounds: 9, repeats: 3, importRounds: 21 };

const all: Readonly<Record<string, () => rows.Row | Promise<rows.Row>>> = {
  list: () => rows.listSequentially(scale),
  "list-side-by-side": () => rows.listSideBySide(scale),
  create: () => rows.createOneByOne(scale),
  memory: () => rows.streamMemory(scale),
  backup: rows.backup,
  fleet: () => rows.fleet(scale),
  import: () => rows.imports(scale),
  dependencies: rows.dependencies,
};

function build(): void {
  for (const name of ["core", "digitalocean", "emulators"]) {
    const cwd = fileURLToPath(new URL(`../../packages/${name}`, import.meta.url));
    const tsup = fileURLToPath(new URL("../../node_modules/.bin/tsup", import.meta.url));
    execFileSync(tsup, { cwd, stdio: "ignore" });
  }
}

function line(row: rows.Row): string {
  const reached = { true: "reached", false: "missed", undefined: "disturbed" }[`${row.reached}`];
  const cells = [row.what, row.bar, row.figure, reached, row.others];
  return `| ${cells.join(" | ")} |\n`;
}

/** How far runs may be apart, as a share of their median. */
const MOST_APART = 0.05;

function agree(found: readonly rows.Row[]): void {
  for (const name of Object.keys(found[0]?.values ?? {})) {
    const each = found.map(({ values }) => values[name] ?? Number.NaN);
    const apart = (Math.max(...each) - Math.min(...each)) / median(each);
    const words =
      apart <= MOST_APART ? "the runs agree" : "the runs do not agree, so this counts for nothing";
    const percent = Number.isNaN(apart) ? "not all told" : `${(100 * apart).toFixed(1)} % apart`;
    process.stdout.write(`\n${found[0]?.what}, ${name}: ${words} (${percent})`);
  }
}

if (!values["no-build"]) build();
process.stdout.write("| what | bar | Polyvol | | others in the same run |\n|---|---|---|---|---|\n");
const results: rows.Row[] = [];
const runs = Math.max(1, Number(values.runs) || 1);
for (let run = 0; run < runs; run += 1) {
  for (const [name, measure] of Object.entries(all)) {
    if (!name.startsWith(values.only)) continue;
    const row = await measure();
    results.push(row);
    process.stdout.write(line(row));
  }
}
if (runs > 1) for (const found of Map.groupBy(results, ({ what }) => what).values()) agree(found);
const json = JSON.stringify({ node: process.version, quick: values.quick, rows: results }, undefined, 2);
if (values.json === undefined) process.stdout.write(`\n${json}\n`);
else writeFileSync(values.json, `${json}\n`);
