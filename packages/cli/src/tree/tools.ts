import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { count } from "../arguments.ts";
import { examples } from "./group.ts";

export function addTools(program: Command, action: MakeAction): void {
  program
    .command("demo")
    .description("30 nights of backups on two emulated clouds that fail a lot; needs no account")
    .option("--seed <number>", "decides which requests fail", count, 1)
    .option("--keep [folder]", "leave configuration and clouds to try commands on; default: polyvol-demo")
    .addHelpText(
      "after",
      examples("polyvol demo", "polyvol demo --seed 7 --output json", "polyvol demo --keep"),
    )
    .action(action(() => import("../commands/demo.ts")));
  program
    .command("emulator")
    .description("serve an emulated cloud until stopped (see: polyvol emulator --help)")
    .argument("[arguments...]", "provider and its options")
    .helpOption(false)
    .allowUnknownOption()
    .action(action(() => import("../commands/emulator.ts")));
}
