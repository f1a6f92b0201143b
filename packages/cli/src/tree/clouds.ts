import type { Command } from "commander";
import type { MakeAction } from "../action.ts";
import { examples, subgroup } from "./group.ts";

export function addClouds(program: Command, action: MakeAction): void {
  const clouds = subgroup(program, "clouds", "the clouds of the configuration");
  clouds
    .command("list")
    .description("show the configured clouds; sends nothing")
    .addHelpText("after", examples("polyvol clouds list", "polyvol clouds list -c other.yaml"))
    .action(action(() => import("../commands/clouds/list.ts")));
  clouds
    .command("check")
    .description("one request to each cloud: credentials, API version, clock skew, quota left")
    .addHelpText("after", examples("polyvol clouds check --cloud main", "polyvol clouds check --output json"))
    .action(action(() => import("../commands/clouds/check.ts")));
}
