import type { Command } from "commander";
import { createProgram } from "../../packages/cli/src/program.ts";
import { createEmulatorCommand } from "../../packages/emulators/src/command.ts";

/**
 * Reads the arguments of a `polyvol` command line as the command itself does, and runs nothing.
 * @returns what is wrong with them
 */
export async function checkPolyvol(args: readonly string[]): Promise<string | undefined> {
  const program = await createProgram(() => undefined);
  let emulator: readonly string[] | undefined;
  forEachCommand(program, (command) => {
    command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
    const isEmulator = command.name() === "emulator" && command.parent === program;
    if (command.commands.length === 0) {
      command.action((...given: unknown[]) => {
        if (isEmulator) emulator = given[0] as readonly string[];
      });
    }
  });
  const problem = await problemOf(program, args);
  if (problem !== undefined) return problem;
  return emulator === undefined ? undefined : await checkEmulator(emulator);
}

/** What is wrong with the beginning of a `polyvol` command line: a subcommand that there is none of. */
export async function unknownSubcommand(words: readonly string[]): Promise<string | undefined> {
  let command: Command = await createProgram(() => undefined);
  for (const word of words.filter((each) => !each.startsWith("-"))) {
    if (command.commands.length === 0 || word === "help") return undefined;
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) return `no command ${word}`;
    command = next;
  }
  return undefined;
}

/** The same for the emulators' own command line. */
export async function checkEmulator(args: readonly string[]): Promise<string | undefined> {
  const program = createEmulatorCommand({
    out: () => undefined,
    err: () => undefined,
    env: {},
    untilStopped: async () => undefined,
  });
  for (const command of program.commands) command.action(() => undefined);
  return await problemOf(program, args);
}

/** What is wrong with the arguments of a program, whose actions do nothing. */
async function problemOf(program: Command, args: readonly string[]): Promise<string | undefined> {
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    const { exitCode, message } = error as { exitCode?: number; message: string };
    if (exitCode !== 0) return message;
  }
  return undefined;
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const each of command.commands) forEachCommand(each, visit);
}
