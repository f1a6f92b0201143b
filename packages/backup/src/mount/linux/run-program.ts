import { execFile } from "node:child_process";
import { fitWords, startTimer, systemClock } from "@polyvol/core/driver";

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

/** What is killed ends at once, unless it waits for a disk. So long it is waited for, in milliseconds. */
const KILLED_MS = 5_000;

/**
 * Runs a program of the system to its end: without a shell, in English, at most so long. One that is stopped is waited for,
 * since a disk may be in its hands until then; one that cannot be killed is left to itself. Never throws.
 */
export async function runProgram(
  program: string,
  parameters: readonly string[],
  timeoutMs: number,
  abortSignal?: AbortSignal,
): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  let stopped: string | undefined;
  const child = execFile(program, parameters, { env: SYSTEM_ENVIRONMENT }, (error, output, errors) => {
    if (error === null) return resolve({ status: 0, output, said: "" });
    const status = typeof error.code === "number" ? error.code : undefined;
    const why = stopped === undefined ? error.message : `${stopped} and was killed`;
    resolve({ status, output, said: fitWords(errors.trim() === "" ? why : errors, 500) });
  });
  const stop = (why: string): void => {
    stopTimer();
    stopped = why;
    child.kill("SIGKILL");
    stopTimer = startTimer(systemClock, KILLED_MS, () => {
      for (const each of [child.stdin, child.stdout, child.stderr]) each?.destroy();
      child.unref();
      resolve({ status: undefined, output: "", said: `${why} and could not be killed: it waits for a disk` });
    });
  };
  let stopTimer = startTimer(systemClock, timeoutMs, () => stop(`took longer than ${timeoutMs / 1000} s`));
  const onAbort = (): void => stop("was stopped");
  if (abortSignal?.aborted === true) onAbort();
  abortSignal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await promise;
  } finally {
    stopTimer();
    abortSignal?.removeEventListener("abort", onAbort);
  }
}
