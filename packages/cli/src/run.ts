import { CommanderError } from "commander";
import { ANSWER } from "./completion/protocol.ts";
import { guardOutput, settleOutput } from "./output/streams.ts";
import { createProgram } from "./program.ts";

/** Done as asked. */
const DONE = 0;
/** The command line cannot be understood. */
const USAGE = 2;

/**
 * Runs one command line, without the program's name, and resolves with its exit code: 0 done, 1 failed, 2 usage or
 * configuration, 130 interrupted. Writes to the streams of this process.
 */
export async function runCli(args: readonly string[]): Promise<number> {
  guardOutput();
  return await settleOutput(await runCommandLine(args));
}

async function runCommandLine(args: readonly string[]): Promise<number> {
  if (args[0] === ANSWER) return await (await import("./completion/answer.ts")).answer(args.slice(1));
  let code = DONE;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    // Commander has said what it had to say: help and version are no failures.
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : USAGE;
    const { reportError } = await import("./errors.ts");
    return reportError(error);
  }
}
