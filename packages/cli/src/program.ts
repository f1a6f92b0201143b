import { Command, Option } from "commander";
import { asGroup, createAction, hintAtHelp } from "./command.ts";
import { addBackup } from "./commands/backup/backup.ts";
import { addClouds } from "./commands/clouds.ts";
import { addCompletion } from "./commands/completion.ts";
import { addConfig } from "./commands/config.ts";
import { addDemo } from "./commands/demo.ts";
import { addEmulator } from "./commands/emulator.ts";
import { addSnapshots } from "./commands/snapshots.ts";
import { addVolumes } from "./commands/volumes.ts";
import { collect, duration } from "./options.ts";
import { VERSION } from "./version.ts";

const EXAMPLES = `
Examples:
  polyvol demo                                     two emulated clouds, no account needed
  polyvol config init                              write polyvol.config.yaml
  polyvol clouds check                             are the credentials right?
  polyvol volumes list                             on all clouds
  polyvol snapshots create --cloud main db nightly
  polyvol backup plan                              what the policies would do now

Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 changes pending (backup plan
--detailed-exitcode), 4 stale (backup status), 130 interrupted. backup audit is done
with 0 also when it finds something.
`;

/** The program with all its commands. `finish` receives the exit code of the command that ran. */
export function createProgram(finish: (code: number) => void): Command {
  const program = asGroup(new Command("polyvol"))
    .description("Block-storage volumes and snapshots on many clouds, by one command.")
    .version(VERSION, "-V, --version", "show the version")
    .helpOption("-h, --help", "show this help")
    .helpCommand("help [command]", "show the help of a command")
    .option("-c, --config <file>", "configuration file; default: polyvol.config.yaml, .yml or .json here")
    .option("--cloud <name>", "a cloud of the configuration (repeatable); lists default to all", collect)
    .addOption(
      new Option("-o, --output <format>", "how results are written")
        .choices(["table", "json", "yaml"])
        .default("table"),
    )
    .option("-q, --quiet", "only say what went wrong, such as for cron")
    .option("--timeout <time>", "give up after so long, such as 90s or 15m", duration)
    .addHelpText("after", EXAMPLES);
  const action = createAction(finish);
  addClouds(program, action);
  addVolumes(program, action);
  addSnapshots(program, action);
  addBackup(program, action);
  addConfig(program, action);
  addDemo(program, action);
  addEmulator(program, action);
  addCompletion(program, action);
  hintAtHelp(program);
  return program;
}
