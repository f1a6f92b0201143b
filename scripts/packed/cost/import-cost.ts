import { run } from "../processes.ts";

const COUNTER = new URL("count-modules.mjs", import.meta.url).href;

/** What Node loads for an import: the same on every machine, unlike the time. */
export interface Loaded {
  readonly modules: number;
  readonly bytes: number;
}

export async function loadedBy(specifier: string, cwd: string): Promise<Loaded> {
  const program = `await import(${JSON.stringify(specifier)})`;
  return JSON.parse(await evaluate(program, cwd, ["--import", COUNTER])) as Loaded;
}

/**
 * Median milliseconds of each of these imports, every one in fresh processes. They take turns, so that whatever else the
 * machine does meets all of them.
 */
export async function importTimes(
  imports: readonly (readonly string[])[],
  cwd: string,
  rounds = 5,
): Promise<number[]> {
  const times: number[][] = imports.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, specifiers] of imports.entries()) times[index]?.push(await importMs(specifiers, cwd));
  }
  return times.map((each) => each.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0);
}

async function importMs(specifiers: readonly string[], cwd: string): Promise<number> {
  const imports = specifiers.map((each) => `await import(${JSON.stringify(each)});`).join("");
  const program = `const t = performance.now();${imports}process.stdout.write(String(performance.now() - t));`;
  return Number(await evaluate(program, cwd, []));
}

async function evaluate(program: string, cwd: string, more: readonly string[]): Promise<string> {
  const parameters = [...more, "--input-type=module", "--eval", program];
  return await run({ command: process.execPath, parameters, cwd, purpose: program });
}
