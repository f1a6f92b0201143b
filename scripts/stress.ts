/**
 * Runs the tests where a machine is slow or has other things to do, and says how long each run took. A test that fails
 * here and nowhere else is bound to time or to the order of files: a defect of the test.
 *
 *     pnpm test:stress [--times 5] [--only busy,one,disk,shuffled] [--at-once] [-- what vitest takes, such as packages/core]
 *
 * busy: four endless loops beside it; one: pinned to one processor; disk: the lowest priority, with the disk busy;
 * shuffled: files in an order of chance, whose seed is printed. One after the other, or with `--at-once` all that are
 * chosen in each run. Needs Linux's `taskset` and `nice`. Exit code 1 when any run failed; what it wrote is in
 * `.reports/stress`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";

interface Trouble {
  readonly about: string;
  /** Starts what gets in the way. */
  readonly start?: () => readonly ChildProcess[];
  /** Words before the command. */
  readonly before?: readonly string[];
  /** Arguments of vitest. */
  readonly more?: (time: number) => readonly string[];
}

const FOLDER = ".reports/stress";
const LOOP = "for (;;);";
// Each write waits for the disk, so what is busy is the disk and not the processors.
const WRITES = `const fs = require("node:fs");
const { O_CREAT, O_DSYNC, O_WRONLY } = fs.constants;
const piece = Buffer.alloc(1 << 20, 1);
for (let count = 0; ; count += 1) {
  const file = fs.openSync(process.argv[1] + "/busy-" + process.pid, O_CREAT | O_DSYNC | O_WRONLY);
  for (let part = 0; part < 64; part += 1) fs.writeSync(file, piece);
  fs.closeSync(file);
}`;

const node = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ["-e", ...args], { stdio: "ignore" });

const TROUBLES: Readonly<Record<string, Trouble>> = {
  busy: { about: "four busy loops beside it", start: () => [1, 2, 3, 4].map(() => node(LOOP)) },
  one: { about: "pinned to one processor", before: ["taskset", "-c", "0"] },
  disk: {
    about: "nice -n 19, the disk busy",
    start: () => [1, 2].map(() => node(WRITES, FOLDER)),
    before: ["nice", "-n", "19"],
  },
  shuffled: {
    about: "a random order of files",
    more: (time) => ["--sequence.shuffle.files", `--sequence.seed=${Date.now() + time}`],
  },
};

const { values, positionals } = parseArgs({
  options: {
    times: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    "at-once": { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const names = values.only === "" ? Object.keys(TROUBLES) : values.only.split(",");
const chosen = names.map((name): readonly [string, Trouble] => {
  const trouble = TROUBLES[name];
  if (trouble === undefined)
    throw new Error(`--only: found ${name}; allowed: ${Object.keys(TROUBLES).join(", ")}`);
  return [name, trouble];
});
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
for (const [name, trouble] of values["at-once"] ? [together(chosen)] : chosen) {
  for (let time = 1; time <= Number(values.times); time += 1) await runOnce(name, trouble, time);
}

function together(all: readonly (readonly [string, Trouble])[]): readonly [string, Trouble] {
  const troubles = all.map(([, trouble]) => trouble);
  return [
    names.join("-"),
    {
      about: troubles.map(({ about }) => about).join("; "),
      start: () => troubles.flatMap(({ start }) => start?.() ?? []),
      before: troubles.flatMap(({ before }) => before ?? []),
      more: (time) => troubles.flatMap(({ more }) => more?.(time) ?? []),
    },
  ];
}

async function runOnce(
  name: string,
  { about, start, before = [], more }: Trouble,
  time: number,
): Promise<void> {
  const others = start?.() ?? [];
  const extra = more?.(time) ?? [];
  const words = [
    ...before,
    process.execPath,
    "node_modules/vitest/vitest.mjs",
    "run",
    ...extra,
    ...positionals,
  ];
  const startedAt = performance.now();
  try {
    const code = await run(words, `${FOLDER}/${name}-${time}.txt`);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    process.stdout.write(
      `${about}, ${time}: ${code === 0 ? "green" : "FAILED"}, ${seconds} s ${extra.join(" ")}\n`,
    );
    if (code !== 0) process.exitCode = 1;
  } finally {
    for (const other of others) other.kill("SIGKILL");
  }
}

function run([program = "", ...args]: readonly string[], file: string): Promise<number | null> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  const out = createWriteStream(file);
  child.stdout.pipe(out, { end: false });
  child.stderr.pipe(out, { end: false });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => out.end(() => resolve(code)));
  });
}
