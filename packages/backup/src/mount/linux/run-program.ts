import { execFile } from "node:child_process";
import { fitWords } from "@polyvol/core/driver";

/** How a program ended. */
export interface Ended {
  /** Its status; `undefined` when it never ran or was killed. */
  readonly status: number | undefined;
  /** What it wrote to its standard output. */
  readonly output: string;
  /** Why it failed, in its own last words, on one line. Empty after success. */
  readonly said: string;
}

/** Where distributions keep the programs of administrators, which is not on everybody's path. */
const SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
/** What programs of the system are run with: found where they are, speaking English. */
export const SYSTEM_ENVIRONMENT: Readonly<Record<string, string>> = { PATH: SYSTEM_PATH, LC_ALL: "C" };

/** Runs a program of the system to its end: without a shell, in English, at most so long. Never throws. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  timeoutMs: number,
  abortSignal?: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    const settings = {
      env: SYSTEM_ENVIRONMENT,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    } as const;
    execFile(program, parameters, settings, (error, output, errors) => {
      if (error === null) {
        resolve({ status: 0, output, said: "" });
        return;
      }
      const status = typeof error.code === "number" ? error.code : undefined;
      const killed =
        error.killed === true ? `took longer than ${timeoutMs / 1000} s and was killed` : error.message;
      const words = errors.trim() === "" ? killed : errors;
      resolve({ status, output, said: fitWords(words, 500) });
    });
  });
}
