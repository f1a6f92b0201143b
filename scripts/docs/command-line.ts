import type { Command } from "commander";
import { createProgram } from "../../packages/cli/src/program.ts";
import { readArguments } from "../../packages/emulators/src/kit/command-input.ts";
import { SHARED_OPTIONS } from "../../packages/emulators/src/kit/command-shared.ts";
import { providers } from "../../packages/emulators/src/providers.ts";

/**
 * Reads the arguments of a `polyvol` command line as the command itself does, and runs nothing.
 * @returns what is wrong with them
 */
export async function checkPolyvol(args: readonly string[]): Promise<string | undefined> {
  const program = createProgram(() => undefined);
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
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    const { exitCode, message } = error as { exitCode?: number; message: string };
    if (exitCode !== 0) return message;
  }
  return emulator === undefined ? undefined : await checkEmulator(emulator);
}

/** What is wrong with the beginning of a `polyvol` command line: a subcommand that there is none of. */
export function unknownSubcommand(words: readonly string[]): string | undefined {
  let command: Command = createProgram(() => undefined);
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
  const [provider = "", ...rest] = args;
  if (provider === "--help") return undefined;
  const entry = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (entry === undefined) return `unknown provider ${provider}`;
  const { options } = await entry.load();
  try {
    readArguments(rest, { ...SHARED_OPTIONS, ...options });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const each of command.commands) forEachCommand(each, visit);
}
