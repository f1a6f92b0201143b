/**
 * `polyvol`: the command line, for programs that want to run it in their own process.
 *
 * @module polyvol
 */
import { CommanderError } from "commander";
import { COMPLETE } from "./commands/completion.ts";
import { reportError } from "./errors.ts";
import { flushOutput, guardOutput } from "./output/streams.ts";
import { createProgram } from "./program.ts";

/** Exit code of a command line that cannot be understood. */
const USAGE = 2;

/**
 * Runs one command line, without the program's name, and resolves with its exit code: 0 done, 1 failed, 2 usage or
 * configuration, 130 interrupted. Writes to the streams of this process.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  guardOutput();
  return await flushOutput(await runCommandLine(args));
}

async function runCommandLine(args: readonly string[]): Promise<number> {
  let code = 0;
  try {
    if (args[0] === COMPLETE) {
      const { complete } = await import("./completion/complete.ts");
      return await complete(await createProgram(() => undefined), args.slice(1));
    }
    const program = await createProgram((result) => {
      code = result;
    }, args);
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    // Commander has written its message; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    return reportError(error);
  }
}
