import type { AccountState, AccountStatus, FleetStatus } from "@polyvol/fleet";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { FAILED } from "../../errors.ts";
import { duration, omitUndefined, SORT } from "../../options.ts";
import { countText, instantText } from "../../output/format.ts";
import { type Renderers, writeCheckResult } from "../../output/result.ts";
import { orderBy, orderOf } from "../../output/sort.ts";
import type { Column } from "../../output/table.ts";
import type { Tone } from "../../output/terminal.ts";
import { type WatchOptions, watched, withWatch } from "../../watch.ts";
import { type ConnectionOptions, connectionOf, loadFleet, readFleet, withConnection } from "./setup.ts";

const ABOUT = `
It asks the queue, and sends nothing to a cloud: what is missing there, polyvol backup status knows.
States: done, waiting, active, delayed (between two attempts, or left for a newer worker), failed (parked),
none (something is due and there is no job: no dispatch has run), idle (nothing is due), gone (a job of an
account that the configuration does not have any more).
`;

export function addFleetStatus(fleet: Command, action: MakeAction): void {
  withWatch(withConnection(fleet.command("status")))
    .description("show how each account stands; exit with 1 when a job is parked, with 4 when one is late")
    .option("--grace <time>", "how long after its slot an account may be not done; default: 1h", duration)
    .option(...SORT)
    .addHelpText(...examples(["polyvol fleet status", "polyvol fleet status --grace 3h -o json"], ABOUT))
    .action(action(status));
}

const CODES = { well: 0, late: 4, failed: FAILED } as const;

interface StatusOptions extends ConnectionOptions, WatchOptions {
  readonly grace?: number;
  readonly sort?: string;
}

async function status(context: Context, options: StatusOptions): Promise<number> {
  const connection = connectionOf(options);
  const order = await orderOf(
    COLUMNS,
    options.sort,
    orderBy(({ account }) => account),
  );
  return await watched(context, options, async () => {
    const { fleetStatus } = await loadFleet();
    const { policies, accounts } = await readFleet(context);
    const read = await fleetStatus({
      ...connection,
      policies,
      accounts: () => accounts,
      ...omitUndefined({ graceMs: options.grace }),
    });
    const found = { ...read, accounts: read.accounts.toSorted(order) };
    await writeCheckResult(context.output, found.verdict === "well", found, (render) => view(found, render));
    return CODES[found.verdict];
  });
}

const TONES: Readonly<Record<AccountState, Tone>> = {
  done: "good",
  waiting: "note",
  active: "busy",
  delayed: "note",
  failed: "bad",
  none: "note",
  idle: "note",
  gone: "bad",
};

const instant = (slot: string | undefined): string => (slot === undefined ? "" : instantText(new Date(slot)));

const COLUMNS: readonly Column<AccountStatus>[] = [
  { title: "account", text: ({ account }) => account, whole: true },
  { title: "state", text: ({ state }) => state, tone: ({ state }) => TONES[state] },
  { title: "late", text: ({ late }) => (late ? "late" : ""), tone: () => "bad" },
  { title: "due", text: ({ dueSlot }) => instant(dueSlot), by: ({ dueSlot }) => dueSlot ?? "", rank: 2 },
  { title: "done", text: ({ doneSlot }) => instant(doneSlot), by: ({ doneSlot }) => doneSlot ?? "", rank: 3 },
  {
    title: "attempts",
    text: ({ attempts = 0 }) => (attempts === 0 ? "" : String(attempts)),
    by: ({ attempts = 0 }) => attempts,
    align: "right",
    rank: 4,
  },
  { title: "last words", text: ({ reason = "" }) => reason, cutTo: 40 },
  { title: "clouds", text: ({ clouds }) => clouds.join(", "), wide: true },
];

function view(found: FleetStatus, { table }: Renderers): string {
  const { accounts, counts, verdict } = found;
  const rows = accounts.length === 0 ? "" : `${table(accounts, COLUMNS)}\n`;
  const states = ["done", "waiting", "active", "delayed", "failed"] as const;
  const parts = states.map((state) => `${counts[state]} ${state}`).join(", ");
  const workers = countText(counts.workers, "worker");
  return `${rows}${verdict}: ${countText(counts.accounts, "account")}: ${parts}; ${counts.late} late; ${workers}.\n`;
}
