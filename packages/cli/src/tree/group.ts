import { styleText } from "node:util";
import type { Command, CommanderError } from "commander";

/** Sets up a command that has only subcommands: one that is unknown is answered with the known ones. */
export function group(command: Command): Command {
  return command
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => styleText("bold", title),
    })
    .exitOverride((error: CommanderError) => {
      if (error.code === "commander.unknownCommand") {
        const known = command.commands.map((each) => each.name()).filter((name) => name !== "help");
        process.stderr.write(`known: ${known.join(", ")} (see: ${pathOf(command)} --help)\n`);
      }
      throw error;
    });
}

/** A subcommand that is a group itself. */
export function subgroup(parent: Command, name: string, description: string): Command {
  return group(parent.command(name).description(description));
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Examples below a help text. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? "Example" : "Examples"}:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}
