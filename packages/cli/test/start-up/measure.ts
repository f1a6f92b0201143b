/**
 * How much processor time (user and system) the built command takes for `--version` and for `volumes list`, against an
 * empty process, and for `--help`, against one that imports the argument parser. Medians of runs that take turns:
 * `node packages/cli/test/start-up/measure.ts [runs]`, after the packages were built. It needs bash, which measures.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const packageFile = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const BIN = packageFile("cli/dist/bin.cjs");
const TOKEN = "t".repeat(64);
const runs = Number(process.argv[2] ?? 21);

const emulator = spawn(
  process.execPath,
  [
    packageFile("emulators/dist/bin.js"),
    "digitalocean",
    "--token",
    TOKEN,
    "--volumes",
    "5",
    "--quota-per-minute",
    "0",
  ],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const lines = createInterface(emulator.stdout)[Symbol.asyncIterator]();
const { url } = JSON.parse((await lines.next()).value ?? "{}") as { readonly url?: string };
const folder = mkdtempSync(join(tmpdir(), "polyvol-start-"));
const cloud = { provider: "digitalocean", region: "nyc3", options: { baseUrl: url } };
// JSON is YAML: what is measured is the parser that most configurations need.
writeFileSync(join(folder, "polyvol.config.yaml"), JSON.stringify({ clouds: { main: cloud } }));

const CASES = {
  "empty process": ["--eval", "0"],
  "polyvol --version": [BIN, "--version"],
  "empty process with the argument parser": [
    "--input-type=module",
    "--eval",
    `import ${JSON.stringify(packageFile("cli/node_modules/commander/index.js"))}`,
  ],
  "polyvol --help": [BIN, "--help"],
  "polyvol volumes list": [BIN, "volumes", "list"],
} as const;

/** In milliseconds. */
function timeOf(args: readonly string[]): number {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null';
  const env = { ...process.env, DIGITALOCEAN_TOKEN: TOKEN };
  const { status, stderr } = spawnSync("bash", ["-c", script, "bash", process.execPath, ...args], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  const [user = 0, system = 0] = stderr.trim().split(/\s+/).map(Number);
  return 1_000 * (user + system);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  const times = Object.entries(CASES).map(([name, args]) => ({ name, args, taken: [] as number[] }));
  // The first of each is slower: the files are read from the disk, and what is compiled is kept for the next.
  for (const { args } of times) timeOf(args);
  for (let run = 0; run < runs; run += 1) {
    for (const { args, taken } of times) taken.push(timeOf(args));
  }
  const [empty = 0, version = 0, parser = 0, help = 0, list = 0] = times.map(({ taken }) => median(taken));
  for (const { name, taken } of times) process.stdout.write(`${name}: ${median(taken).toFixed(0)} ms\n`);
  const ratio = (time: number, to: number): string => (time / to).toFixed(2);
  process.stdout.write(`--version: ${ratio(version, empty)} (bar 1.2, ${runs} runs each)\n`);
  process.stdout.write(`--help: ${ratio(help, parser)} (bar 1.5, ${runs} runs each)\n`);
  process.stdout.write(`volumes list: ${ratio(list, empty)} (bar 2.0, ${runs} runs each)\n`);
} finally {
  emulator.kill();
  rmSync(folder, { recursive: true });
}
