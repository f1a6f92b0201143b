import type { DispatchReport, FleetDispatcher } from "@polyvol/fleet";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { duration } from "../../options.ts";
import { countText, instantText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import { untilInterrupted } from "../../watch.ts";
import { type ConnectionOptions, connectionOf, loadFleet, readFleet, withConnection } from "./setup.ts";
import { addFleetStatus } from "./status.ts";
import { addWork } from "./work.ts";

const ABOUT = `
Each account of the configuration is one job for each slot that comes due; machines that work take jobs
from a queue on Redis or Valkey, and go on where one of them has died. What is due is said by the
policies, as for polyvol backup run, and each machine has the credentials of the accounts itself.

Examples:
  export POLYVOL_REDIS_URL=redis://queue.internal:6379
  polyvol fleet dispatch                           every minute, from a timer; any number of them
  polyvol fleet work --concurrency 20              on each machine that works
  polyvol fleet status                             exit code 1 when a job is parked, 4 when one is late

Which of the two ways to spread a fleet is for whom: docs/fleet.md.
`;

/** The commands about fleets, in the order in which help lists them. */
export function addFleet(fleet: Command, action: MakeAction): void {
  fleet.addHelpText("after", ABOUT);
  addDispatch(fleet, action);
  addWork(fleet, action);
  addFleetStatus(fleet, action);
}

const ABOUT_DISPATCH = `
An account has one job for its newest due slot, however often and by however many this is run. What
comes due while a job of the account waits or is worked on is taken by that job, or follows it.
`;

function addDispatch(fleet: Command, action: MakeAction): void {
  withConnection(fleet.command("dispatch"))
    .description("put a job on the queue for each account that has something due")
    .option("--every <time>", "do it again and again until Ctrl-C, such as 1m; default: once", duration)
    .addHelpText(...examples(["polyvol fleet dispatch", "polyvol fleet dispatch --every 1m"], ABOUT_DISPATCH))
    .action(action(dispatch));
}

interface DispatchOptions extends ConnectionOptions {
  readonly every?: number;
}

async function dispatch(context: Context, options: DispatchOptions): Promise<number> {
  const connection = connectionOf(options);
  const { createFleetDispatcher } = await loadFleet();
  const once = async (): Promise<number> => {
    const { policies, accounts } = await readFleet(context);
    const dispatcher: FleetDispatcher = await createFleetDispatcher({
      ...connection,
      policies,
      accounts: () => accounts,
    });
    try {
      const report = await dispatcher.dispatch();
      await writeCheckResult(context.output, report.added.length === 0, report, (render) =>
        view(report, render),
      );
    } finally {
      await dispatcher.close();
    }
    return 0;
  };
  if (options.every === undefined) return await once();
  return await untilInterrupted(context, options.every, once);
}

function view(report: DispatchReport, { table }: Renderers): string {
  const { added, known, notDue } = report;
  const rows = table(added, [
    { title: "account", text: ({ account }) => account, whole: true },
    { title: "slot", text: ({ slot }) => instantText(new Date(slot)) },
  ]);
  const summary = `${countText(added.length, "job")} put on the queue, ${known} known, ${notDue} not due.\n`;
  return `${added.length === 0 ? "" : `${rows}\n`}${summary}`;
}
