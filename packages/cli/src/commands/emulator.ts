import type { Command } from "commander";
import type { MakeAction } from "../command.ts";
import type { Context } from "../context.ts";
import { reportText } from "../errors.ts";
import { aborted } from "../interruption.ts";
import { programName } from "../next-step.ts";
import type { Options } from "../options.ts";
import { writeMessage, writeOutput, writeWarning } from "../output/streams.ts";

/** The command that serves an emulated cloud. */
export function addEmulator(program: Command, action: MakeAction): void {
  program
    .command("emulator")
    .description("serve an emulated cloud until stopped (see: polyvol emulator --help)")
    .argument("[arguments...]", "provider and its options")
    .helpOption(false)
    .allowUnknownOption()
    .action(action(emulator));
}

/** Hands all arguments to the emulators' own command line, which serves until it is stopped. */
async function emulator({ signal }: Context, _options: Options, args: readonly string[]): Promise<number> {
  const { runEmulatorCommand } = await import("@polyvol/emulators/command");
  const code = await runEmulatorCommand(args, {
    program: `${programName()} emulator`,
    out: writeOutput,
    err: writeMessage,
    fail: (message) => reportText(message, undefined),
    warn: writeWarning,
    env: process.env,
    untilStopped: () => aborted(signal),
  });
  // Answers that are still held back would keep the process alive.
  if (signal.aborted) process.exit(code);
  return code;
}
