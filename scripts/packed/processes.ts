import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface Command {
  readonly command: string;
  readonly parameters: readonly string[];
  /** Working directory. */
  readonly cwd: string;
  /** What the command is for: a failure begins with it. */
  readonly purpose: string;
  /** Default: the environment of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a command to its end and returns what it wrote to standard output.
 * @throws Error with the purpose and everything that the command wrote
 */
export async function run({
  command,
  parameters,
  cwd,
  purpose,
  env = process.env,
}: Command): Promise<string> {
  try {
    // npm and pnpm are scripts on Windows, which only a shell starts. No parameter comes from outside.
    const shell = process.platform === "win32" && command !== process.execPath;
    const { stdout } = await execute(command, [...parameters], {
      cwd,
      shell,
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${purpose}\n${stdout + stderr || String(error)}`.trimEnd());
  }
}

/** Says that a step is done, and how long it took. */
export async function timed<Result>(step: string, work: Promise<Result>): Promise<Result> {
  const startMs = performance.now();
  const result = await work;
  process.stdout.write(`${step}: ok, ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
  return result;
}

/** Does the work for each item, as many at once as the machine has processors. Results are in the items' order. */
export async function forEachInParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
