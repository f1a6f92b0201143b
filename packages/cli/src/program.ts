import { Command, CommanderError, Option, type OutputConfiguration } from "commander";
import {
  addGroup,
  asGroup,
  createAction,
  HELP_OF_A_COMMAND,
  hintAtHelp,
  type MakeAction,
} from "./command.ts";
import { addCompletion, COMPLETE } from "./commands/completion.ts";
import { addDemo } from "./commands/demo.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEmulator } from "./commands/emulator.ts";
import type { Machine } from "./context.ts";
import { CONFIGURATION, reportError, writeErrorData } from "./errors.ts";
import { collect, duration, refuseEmptyPaths } from "./options.ts";
import { OUTPUT_FORMATS } from "./output/result.ts";
import { writeMessage, writeMessagesAsJson } from "./output/streams.ts";
import { VERSION } from "./version.ts";

interface Group {
  readonly description: string;
  load(): Promise<(group: Command, action: MakeAction) => void>;
}

/** The groups of commands, in the order in which help lists them. */
const GROUPS: Readonly<Record<string, Group>> = {
  clouds: {
    description: "the clouds of the configuration",
    load: async () => (await import("./commands/clouds.ts")).addClouds,
  },
  volumes: {
    description: "list and change volumes",
    load: async () => (await import("./commands/volumes.ts")).addVolumes,
  },
  snapshots: {
    description: "list and change snapshots",
    load: async () => (await import("./commands/snapshots.ts")).addSnapshots,
  },
  backup: {
    description: "keep volumes snapshotted by policies",
    load: async () => (await import("./commands/backup/backup.ts")).addBackup,
  },
  fleet: {
    description: "backups of many accounts, spread over machines by a queue",
    load: async () => (await import("./commands/fleet/fleet.ts")).addFleet,
  },
  config: {
    description: "check and write configuration files",
    load: async () => (await import("./commands/config.ts")).addConfig,
  },
};

const EXAMPLES = `
Examples:
  polyvol demo                                     two emulated clouds, no account needed
  polyvol config init                              write polyvol.config.yaml
  polyvol doctor                                   is everything right, and what is to be done?
  polyvol volumes list                             on all clouds
  polyvol snapshots create --cloud main db nightly
  polyvol backup plan                              what the policies would do now

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 changes pending (backup plan
--detailed-exitcode), 4 stale (backup status, fleet status), 130 interrupted. backup audit is done
with 0 also when it finds something.
`;

const LOG_FORMAT = "POLYVOL_LOG_FORMAT";

/** A command line that cannot be understood may still say that a program reads what it writes. */
function usageErrors(args: readonly string[]): OutputConfiguration {
  const line = args.join(" ");
  const asLog = /(?:^| )--log-format[ =]json(?: |$)/.test(line) || process.env[LOG_FORMAT] === "json";
  if (asLog) {
    writeMessagesAsJson(crypto.randomUUID());
    return { outputError: writeErrorOfUsage, writeErr: (text) => writeMessage(text) };
  }
  const asData = /(?:^| )(?:-[qv]*o ?|--output[ =])(?:jsonl?|yaml)(?: |$)/.test(line);
  return asData ? { outputError: writeErrorOfUsage } : {};
}

function writeErrorOfUsage(text: string): void {
  const message = text
    .trim()
    .replace(/^error: /, "")
    .replaceAll("\n", " ");
  // What follows the first line is the help that people are pointed to.
  if (text.startsWith("error: ")) writeErrorData({ code: "usage", message });
}

/**
 * The program with its commands.
 *
 * @param finish receives the exit code of the command that ran
 * @param args only groups that these words name get their commands; by default all do
 * @param machine what stands in for this one in tests
 */
export async function createProgram(
  finish: (code: number) => void,
  args: readonly string[] = Object.keys(GROUPS),
  machine: Machine = {},
): Promise<Command> {
  const program = asGroup(new Command("polyvol"))
    .description("Block-storage volumes and snapshots on many clouds, by one command.")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .option("-c, --config <file>", "configuration file; default: polyvol.config.yaml, .yml or .json here")
    .option(
      "--cloud <name>",
      "a cloud of the configuration (repeatable); default: POLYVOL_CLOUD, or all",
      collect,
    )
    .addOption(
      new Option("-o, --output <format>", "how results are written; wide is a table with nothing left out")
        .choices([...OUTPUT_FORMATS])
        .default("table"),
    )
    .option("-q, --quiet", "only say what was changed and what went wrong, such as for cron")
    .option("-v, --verbose", "write each request to standard error; also with POLYVOL_DEBUG=http")
    .addOption(
      new Option("--log-format <format>", "how messages are written to standard error")
        .choices(["text", "json"])
        .default("text")
        .env(LOG_FORMAT),
    )
    .option("--timeout <time>", "give up after so long, such as 90s or 15m", duration)
    .addHelpText("after", EXAMPLES)
    .configureOutput(usageErrors(args));
  const action = createAction(finish, machine);
  for (const [name, { description, load }] of Object.entries(GROUPS)) {
    const group = addGroup(program, name, description);
    if (args.includes(name)) (await load())(group, action);
  }
  addDoctor(program, action);
  addDemo(program, action);
  addEmulator(program, action);
  addCompletion(program, action);
  addHelp(program);
  hintAtHelp(program);
  refuseEmptyPaths(program);
  return program;
}

/** The parser's own `help` takes one word. */
function addHelp(program: Command): void {
  program
    .command("help [command...]")
    .description(HELP_OF_A_COMMAND)
    .action((words: readonly string[]) => {
      // Behind `--` the last word would be no option any more, and what stands before it be done.
      const names = words.filter((word) => !word.startsWith("-"));
      program.parse([...names, "--help"], { from: "user" });
    });
}

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
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : CONFIGURATION;
    return reportError(error);
  }
}
