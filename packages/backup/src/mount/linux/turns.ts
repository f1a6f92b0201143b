import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { PolyvolError } from "@polyvol/core";
import { SYSTEM_ENVIRONMENT } from "./run-program.ts";

/** Says that the file is locked, and holds it until its input ends: at the latest with the process that waits for it. */
const HOLDER = ["/bin/sh", "-c", "echo && exec cat"];

/**
 * Runs `task` while no other process that names `file` runs one; they follow each other. The lock is the kernel's, held by the
 * program flock of util-linux: it ends with this process, however that ends.
 *
 * @throws PolyvolError `failed_precondition` where there is no such program, or the file cannot be locked; the reason of
 * the abort while waiting
 */
export async function inTurn<T>(
  file: string,
  task: () => Promise<T>,
  abortSignal: AbortSignal | undefined,
): Promise<T> {
  abortSignal?.throwIfAborted();
  const holder = spawn("flock", [file, ...HOLDER], {
    env: SYSTEM_ENVIRONMENT,
    stdio: ["pipe", "pipe", "ignore"],
    // A terminal's Ctrl-C is this process's to answer: until then the turn is kept.
    detached: true,
  });
  const ended = once(holder, "close").catch((cause: unknown) => {
    throw notLocked(file, cause);
  });
  try {
    await Promise.race([
      locked(holder.stdout, abortSignal),
      ended.then(() => Promise.reject(notLocked(file))),
    ]);
    return await task();
  } finally {
    holder.stdin.destroy();
    // One that still waits for its turn reads no input.
    holder.kill();
    await ended.catch(() => undefined);
  }
}

async function locked(output: Readable, abortSignal: AbortSignal | undefined): Promise<void> {
  try {
    await once(output, "data", abortSignal === undefined ? {} : { signal: abortSignal });
  } catch (error) {
    abortSignal?.throwIfAborted();
    throw error;
  }
}

function notLocked(file: string, cause?: unknown): PolyvolError {
  const reason = `${file} could not be locked by flock, a program of util-linux`;
  return new PolyvolError("failed_precondition", reason, { cause });
}
