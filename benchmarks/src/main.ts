/** `pnpm bench [--quick] [--only TEXT] [--json FILE]`: speed as ratios within one run. Builds what it measures. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as rows from "./rows.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: "" },
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
  const cells = [row.what, row.bar, row.figure, row.reached ? "reached" : "missed", row.others];
  return `| ${cells.join(" | ")} |\n`;
}

if (!values["no-build"]) build();
process.stdout.write("| what | bar | Polyvol | | others in the same run |\n|---|---|---|---|---|\n");
const results: rows.Row[] = [];
for (const [name, run] of Object.entries(all)) {
  if (!name.startsWith(values.only)) continue;
  const row = await run();
  results.push(row);
  process.stdout.write(line(row));
}
const json = JSON.stringify({ node: process.version, quick: values.quick, rows: results }, undefined, 2);
if (values.json === undefined) process.stdout.write(`\n${json}\n`);
else writeFileSync(values.json, `${json}\n`);
