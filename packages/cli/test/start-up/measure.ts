/**
 * How long the built command takes for `--version`, against an empty process, and for `--help`, against one that imports
 * the argument parser. Medians of runs that take turns: `node packages/cli/test/start-up/measure.ts [runs]`, after the package was built.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));
const runs = Number(process.argv[2] ?? 21);

const CASES = {
  "empty process": ["--eval", "0"],
  "polyvol --version": ["dist/bin.js", "--version"],
  "empty process with the argument parser": ["--input-type=module", "--eval", 'import "commander"'],
  "polyvol --help": ["dist/bin.js", "--help"],
} as const;

function timeOf(args: readonly string[]): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: PACKAGE, encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const times = Object.entries(CASES).map(([name, args]) => ({ name, args, taken: [] as number[] }));
// The first of each is slower: the files are read from the disk.
for (const { args } of times) timeOf(args);
for (let run = 0; run < runs; run += 1) {
  for (const { args, taken } of times) taken.push(timeOf(args));
}
const [empty = 0, version = 0, parser = 0, help = 0] = times.map(({ taken }) => median(taken));
for (const { name, taken } of times) process.stdout.write(`${name}: ${median(taken).toFixed(1)} ms\n`);
const ratio = (time: number, to: number): string => (time / to).toFixed(2);
process.stdout.write(`--version: ${ratio(version, empty)} (bar 1.2, ${runs} runs each)\n`);
process.stdout.write(`--help: ${ratio(help, parser)} (bar 1.5, ${runs} runs each)\n`);
