import type { Command } from "commander";
import { examples, type MakeAction } from "../command.ts";
import type { DemoOptions } from "../demo/run-demo.ts";
import { count } from "../options.ts";

/** The command that shows thirty nights of backups on emulated clouds. */
export function addDemo(program: Command, action: MakeAction): void {
  program
    .command("demo")
    .description("30 nights of backups on two emulated clouds that fail a lot; needs no account")
    .option("--seed <number>", "decides which requests fail", count, 1)
    .option("--keep [folder]", "leave configuration and clouds to try commands on; default: polyvol-demo")
    .option("--report <file>", "write the page of polyvol backup report for it to this file")
    .addHelpText(
      ...examples([
        "polyvol demo",
        "polyvol demo --report backups.html",
        "polyvol demo --seed 7 --output json",
        "polyvol demo --keep",
      ]),
    )
    .action(
      action(async (context, options: DemoOptions) => {
        const { runDemo } = await import("../demo/run-demo.ts");
        return await runDemo(context, options);
      }),
    );
}
