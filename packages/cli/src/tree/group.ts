import { styleText } from "node:util";
import { type Command, Help } from "commander";

/** Sets up a command that has only subcommands. */
export function group(command: Command): Command {
  return command
    .configureHelp({
      showGlobalOptions: true,
      // The version is asked of the program alone.
      visibleGlobalOptions(each) {
        const all = Help.prototype.visibleGlobalOptions.call(this, each);
        return all.filter(({ long }) => long !== "--version");
      },
      styleTitle: (title) => styleText("bold", title),
    })
    .exitOverride();
}

/** A subcommand that is a group itself. */
export function subgroup(parent: Command, name: string, description: string): Command {
  return group(parent.command(name).description(description));
}

/** Has every command of a finished tree answer what it does not understand with what it knows, and its help. */
export function hintAtHelp(command: Command): void {
  const known = command.commands.map((each) => each.name());
  const list = known.length === 0 ? "" : `known: ${known.join(", ")} `;
  command.showHelpAfterError(`${list}(see: ${pathOf(command)} --help)`);
  for (const each of command.commands) hintAtHelp(each);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** Examples below a help text. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? "Example" : "Examples"}:\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/** Lets a command that takes the name of a volume say where that is. */
export function named(command: Command): Command {
  return command.option(
    "--region <region>",
    "region of the volume, by name; default: the cloud's region first",
  );
}
