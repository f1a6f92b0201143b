/**
 * `polyvol`: the command line, for programs that want to run it in their own process.
 *
 * @module polyvol
 */
import { flushOutput, guardOutput } from "./output/streams.ts";
import { runCommandLine } from "./program.ts";

/**
 * Runs one command line, without the program's name, and resolves with its exit code: 0 done, 1 failed, 2 usage or
 * configuration, 3 changes pending, 4 stale, 130 interrupted. Writes to the streams of this process.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  guardOutput();
  return await flushOutput(await runCommandLine(args));
}
