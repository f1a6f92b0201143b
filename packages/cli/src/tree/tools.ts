import type { Command } from "commander";
import type { MakeAction } from "../action.ts";

export function addTools(program: Command, action: MakeAction): void {
  program
    .command("demo")
    .description("snapshot every volume of two emulated clouds on this machine; needs no account")
    .action(action(() => import("../commands/demo.ts")));
  program
    .command("emulator")
    .description("serve an emulated cloud until stopped (see: polyvol emulator --help)")
    .argument("[arguments...]", "provider and its options")
    .helpOption(false)
    .allowUnknownOption()
    .action(action(() => import("../commands/emulator.ts")));
}
