import { styleText } from "node:util";
import { type Command, Help } from "commander";
import { type Context, createContext, type Machine } from "./context.ts";
import { FAILED, isOfCloud, reportError, UsageError, writeErrorData } from "./errors.ts";
import { INTERRUPTED, listenForInterrupts } from "./interruption.ts";
import { nameConfigInHints, programName } from "./next-step.ts";
import { nameOptionsInErrors } from "./option-names.ts";
import type { Options } from "./options.ts";
import { listText } from "./output/format.ts";
import { isData, ONLY_WITH, type OutputFormat } from "./output/result.ts";
import {
  areErrorsData,
  reserveOutputForData,
  setQuiet,
  writeErrorsAsData,
  writeMessage,
  writeMessagesAsJson,
} from "./output/streams.ts";
import { cleanLines } from "./output/terminal.ts";

/**
 * What a command does. It resolves with the exit code; no code, or 0, is success. The module of a command is
 * loaded for help and completion, too, so a handler loads the packages that it needs by `import()`.
 */
export type Handler<Given extends Options, Args extends readonly unknown[]> = (
  context: Context,
  options: Given,
  ...args: Args
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that returns nothing has succeeded
) => Promise<number | void>;

/** Makes a commander action of a handler. */
export type MakeAction = <Given extends Options, Args extends readonly unknown[]>(
  handler: Handler<Given, Args>,
) => (this: Command) => Promise<void>;

/**
 * @param finish receives the exit code of the command that ran
 * @param machine what stands in for this one in tests
 */
export function createAction(finish: (code: number) => void, machine: Machine = {}): MakeAction {
  return <Given extends Options, Args extends readonly unknown[]>(handler: Handler<Given, Args>) =>
    async function (this: Command): Promise<void> {
      const options = this.optsWithGlobals();
      nameOptionsInErrors(this);
      const args = this.processedArgs as unknown as Args;
      const work = async (context: Context) => {
        const only = ONLY_WITH[context.output];
        if (only !== undefined && !only.includes(pathOf(this))) {
          throw new UsageError(`-o ${context.output} goes with ${listText(only)} only`);
        }
        return await handler(context, options as Given, ...args);
      };
      finish(await runInContext(options, work, machine));
    };
}

/** Runs a command with its context, and turns whatever it throws into a message and an exit code. */
export async function runInContext(
  options: Options,
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that returns nothing has succeeded
  work: (context: Context) => Promise<number | void>,
  machine: Machine = {},
): Promise<number> {
  const output = options["output"] as OutputFormat;
  if (isData(output) || output === "prometheus") reserveOutputForData();
  if (isData(output)) writeErrorsAsData();
  let id: string | undefined;
  // Made where it is asked for: a source of random ids costs a part of the start.
  const runId = (): string => {
    id ??= crypto.randomUUID();
    return id;
  };
  if (options["logFormat"] === "json") writeMessagesAsJson(runId());
  if (options["quiet"] === true) setQuiet();
  if (typeof options["config"] === "string") nameConfigInHints(options["config"]);
  const interrupts = listenForInterrupts();
  const ended = new AbortController();
  let context: Context | undefined;
  try {
    context = createContext(options, { runId, machine, interrupts, ended: ended.signal });
    const code = (await work(context)) ?? 0;
    return code === 0 && context.losses.size > 0 ? FAILED : code;
  } catch (error) {
    if (!interrupts.signal.aborted)
      return reportError(error, isOfCloud(error) ? context?.place.cloud : undefined);
    reportInterruption(context?.ledger.left() ?? []);
    return INTERRUPTED;
  } finally {
    ended.abort();
    interrupts.release();
  }
}

function reportInterruption(left: readonly string[]): void {
  const message =
    left.length === 0 ? "Interrupted; nothing is left half done." : "Interrupted. What is left:";
  if (areErrorsData()) {
    writeErrorData({ code: "interrupted", message, left });
    return;
  }
  writeMessage(`${message}\n`);
  for (const line of left) writeMessage(`  ${cleanLines(line)}\n`);
  if (left.length > 0) {
    writeMessage("The same command can be repeated: it continues, and makes nothing twice.\n");
  }
}

/** Commands that refuse `--cloud`: policies say which clouds they are about. */
const WITHOUT_CLOUD = /^polyvol (?:backup (?:plan|run|apply|status|report|audit)|fleet\b.*)$/;

/** What `help` does. */
export const HELP_OF_A_COMMAND = "show the help of a command";

/** Sets up a command that has only subcommands. */
export function asGroup(command: Command): Command {
  return command
    .configureHelp({
      showGlobalOptions: true,
      // The version is asked of the program alone.
      visibleGlobalOptions(each) {
        const all = Help.prototype.visibleGlobalOptions.call(this, each);
        return all.filter(
          ({ long }) => long !== "--version" && !(long === "--cloud" && WITHOUT_CLOUD.test(pathOf(each))),
        );
      },
      // Where there is no room for both side by side, what it does stands below what it is called.
      formatItem(term, termWidth, description, helper) {
        const width = helper.helpWidth ?? 80;
        const hasRoom = description === "" || width - termWidth - 4 >= helper.minWidthToWrap;
        if (hasRoom) return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
        return `  ${term}\n${helper.boxWrap(description, width - 6).replaceAll(/^/gm, " ".repeat(6))}`;
      },
      styleTitle: (title) => styleText("bold", title),
      minWidthToWrap: 20,
    })
    .helpCommand("help [command]", HELP_OF_A_COMMAND)
    .exitOverride();
}

/** Adds a command that has only subcommands. */
export function addGroup(parent: Command, name: string, description: string): Command {
  return asGroup(parent.command(name).description(description));
}

/** Examples below a help text, and what else is to be said of the command: the arguments of `addHelpText`. */
export function examples(lines: readonly string[], about = ""): readonly ["after", string] {
  const title = lines.length === 1 ? "Example" : "Examples";
  return ["after", `\n${title}:\n${lines.map((line) => `  ${line}\n`).join("")}${about}`];
}

/** Errors about which words there are: the form of the command says more than its name. */
const OF_FORM = ["missingArgument", "excessArguments", "unknownOption"].map((each) => `commander.${each}`);

/** Makes every command answer what it does not understand with the commands it knows, and its help. */
export function hintAtHelp(command: Command): void {
  const known = command.commands.map((each) => each.name()).join(", ");
  const help = `(see: ${pathOf(command).replace("polyvol", programName())} --help)`;
  const fail = command.error.bind(command);
  // Of an option that is wrong, the commands say nothing.
  command.error = (message, options) => {
    const code = options?.code ?? "";
    const isGroup = known !== "" && command.parent !== null;
    const names =
      code === "commander.unknownCommand"
        ? `known: ${known} `
        : code === "commander.unknownOption" && isGroup
          ? `an option stands after its command, one of: ${known} `
          : "";
    const form =
      OF_FORM.includes(code) && known === "" ? `usage: ${pathOf(command)} ${command.usage()} ` : "";
    command.showHelpAfterError(`${names}${form}${help}`);
    return fail(message, options);
  };
  // Of a command that follows the parser would show this one's help; of one that is not there, too, and call it done.
  command.addHelpText("before", () => {
    const named = command.args.find((word) => word !== "help" && !word.startsWith("-"));
    if (command.commands.length === 0 || named === undefined) return "";
    const isThere = command.commands.some((each) => each.name() === named);
    // What is asked for help is never done: without that word, only what is not there may be parsed.
    command.parse(isThere ? [named, "--help"] : [named], { from: "user" });
    return "";
  });
  for (const each of command.commands) hintAtHelp(each);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
