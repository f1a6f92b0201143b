import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { workHere } from "../../../packages/cli/test/in-process.ts";
import { CREDENTIALS } from "./clouds.ts";

/** How a program ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Runs a program as its user would, with the emulators' credentials in its environment. */
export function runProgram(
  program: URL,
  parameters: readonly string[],
  environment: Variables = {},
): Promise<Ended> {
  const command = ["--conditions=@polyvol/source", fileURLToPath(program), ...parameters];
  const env = { ...process.env, ...CREDENTIALS, ...environment };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { env }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

let runs = 0;

/** The same in this process, many times as fast: for a program that another test runs in a process of its own. */
export async function runProgramHere(
  program: URL,
  parameters: readonly string[],
  environment: Variables = {},
): Promise<Ended> {
  const all: Variables = { ...process.env, ...CREDENTIALS, ...environment };
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) if (value !== undefined) env[name] = value;
  runs += 1;
  // A module runs once for each address.
  const address = `${program.href}?run=${runs}`;
  const work = (): Promise<number> =>
    load(address, [process.execPath, fileURLToPath(program), ...parameters]);
  const { code, out, err } = await workHere(work, { folder: process.cwd(), env });
  return { exitCode: code, stdout: out, stderr: err };
}

/** Leaves the process as it was. @returns the exit code */
async function load(address: string, argv: string[]): Promise<number> {
  const before = { argv: process.argv, exitCode: process.exitCode, listeners: process.listeners("SIGINT") };
  process.argv = argv;
  process.exitCode = undefined;
  try {
    await import(address);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    process.stderr.write(`${inspect(error)}\n`);
    return 1;
  } finally {
    process.argv = before.argv;
    process.exitCode = before.exitCode;
    for (const listener of process.listeners("SIGINT"))
      if (!before.listeners.includes(listener)) process.off("SIGINT", listener);
  }
}
