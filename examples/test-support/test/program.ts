import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CREDENTIALS } from "./clouds.ts";

/** How a program ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as its user would, with the emulators' credentials in its environment. */
export function runProgram(
  program: URL,
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  const command = ["--conditions=@polyvol/source", fileURLToPath(program), ...parameters];
  const env = { ...process.env, ...CREDENTIALS, ...environment };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { env }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
