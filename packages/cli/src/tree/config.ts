import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { examples, subgroup } from "./group.ts";

export function addConfig(program: Command, action: MakeAction): void {
  const config = subgroup(program, "config", "check and write configuration files");
  config
    .command("check")
    .description("check the file, its policies, and that each credential is there; sends nothing")
    .addHelpText("after", examples("polyvol config check", "polyvol config check -c other.yaml"))
    .action(action(() => import("../commands/config/check.ts")));
  config
    .command("schema")
    .description("write the JSON Schema of configuration files, for editors")
    .addHelpText("after", examples("polyvol config schema > polyvol.schema.json"))
    .action(action(() => import("../commands/config/schema.ts")));
  config
    .command("init")
    .description("write a configuration file to begin with; never over an existing one")
    .argument("[file]", "file to write", "polyvol.config.yaml")
    .addHelpText("after", examples("polyvol config init"))
    .action(action(() => import("../commands/config/init.ts")));
}
