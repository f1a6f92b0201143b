import type { Command } from "commander";
import { examples, type MakeAction } from "../command.ts";

const ABOUT = `
A handful of requests to each cloud; nothing is changed, so whether the credentials may create and
delete is not tried. Exit codes: 0 all can be used, also with warnings; 1 something failed; 2 the
configuration is wrong.
`;

/** The command that looks at all that has to be right. */
export function addDoctor(program: Command, action: MakeAction): void {
  program
    .command("doctor")
    .description("look at machine, configuration, credentials, clocks, rights and quotas; say what to do")
    .addHelpText(...examples(["polyvol doctor", "polyvol doctor --cloud main -o json"], ABOUT))
    .action(
      action(async (context) => {
        const { runDoctor } = await import("../doctor/run-doctor.ts");
        return await runDoctor(context);
      }),
    );
}
