/**
 * Everything that must hold, one step after the other, with a summary at the end. A step that fails does not hide what
 * the others find; only steps that need what it makes are left out. Exit code 1 when any failed. `--without STEP` leaves
 * one out, for who runs it apart.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { tableOf } from "./packed/table.ts";

interface Step {
  /** A script of package.json. */
  readonly script: string;
  readonly checks: string;
  /** The script that has to have passed before. */
  readonly needs?: string;
}

const STEPS: readonly Step[] = [
  { script: "lint", checks: "lint and format" },
  { script: "typecheck", checks: "types" },
  { script: "imports", checks: "import rules" },
  { script: "unused", checks: "unused files, exports and dependencies" },
  { script: "build", checks: "every package builds" },
  {
    script: "packed",
    checks: "packages as published: rules, publint, types, consumers, size",
    needs: "build",
  },
  {
    script: "published",
    checks: "a release and its upgrade on a registry on loopback, installed by npm, pnpm, yarn and bun",
    needs: "build",
  },
  { script: "runtimes", checks: "one program on Node, Bun, Deno, workerd and Chromium", needs: "build" },
  { script: "test:full", checks: "tests at their full numbers, documentation, API surface" },
  { script: "test:built", checks: "conformance of the built packages", needs: "build" },
];

const { values } = parseArgs({ options: { without: { type: "string", multiple: true, default: [] } } });
for (const name of values.without) {
  if (STEPS.some(({ script }) => script === name)) continue;
  throw new Error(`--without: found ${name}; allowed: ${STEPS.map(({ script }) => script).join(", ")}`);
}

const results = new Map<string, "ok" | "failed" | "left out">();
const rows: string[][] = [];
for (const { script, checks, needs = script } of STEPS) {
  if (values.without.includes(script)) continue;
  const startMs = performance.now();
  const possible = needs === script || results.get(needs) === "ok";
  const result = possible ? await runScript(script) : "left out";
  results.set(script, result);
  rows.push([script, result, ((performance.now() - startMs) / 1000).toFixed(1), checks]);
}
process.stdout.write(`\n${tableOf(["step", "result", "seconds", "checks"], rows).join("\n")}\n`);
if (rows.some(([, result]) => result !== "ok")) process.exitCode = 1;

async function runScript(script: string): Promise<"ok" | "failed"> {
  process.stdout.write(`\n== ${script}\n`);
  // The pnpm that runs this script, wherever it came from; one that is on the path otherwise.
  const pnpm = process.env["npm_execpath"] ?? "pnpm";
  const child = spawn(pnpm, ["run", script], { stdio: "inherit", shell: process.platform === "win32" });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0 ? "ok" : "failed"));
  });
}
