import { CommanderError } from "commander";
import { COMPLETE } from "./commands/completion.ts";
import type { Machine } from "./context.ts";
import { reportError } from "./errors.ts";
import { createProgram } from "./program.ts";

/** Exit code of a command line that cannot be understood. */
const USAGE = 2;

/**
 * Runs one command line and resolves with its exit code.
 *
 * @param machine what stands in for this one in tests
 */
export async function runCommandLine(args: readonly string[], machine?: Machine): Promise<number> {
  let code = 0;
  try {
    if (args[0] === COMPLETE) {
      const { complete } = await import("./completion/complete.ts");
      return await complete(await createProgram(() => undefined), args.slice(1));
    }
    const program = await createProgram(
      (result) => {
        code = result;
      },
      args,
      machine,
    );
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    // Commander has written its message; help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    return reportError(error);
  }
}
