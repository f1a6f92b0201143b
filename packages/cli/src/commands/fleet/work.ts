import type { Policy, RunOptions } from "@polyvol/backup";
import type { FleetEvent, RunAccount } from "@polyvol/fleet";
import type { Command } from "commander";
import { examples, type MakeAction } from "../../command.ts";
import type { Context } from "../../context.ts";
import { aborted } from "../../interruption.ts";
import { count, durationFrom, omitUndefined } from "../../options.ts";
import { countText } from "../../output/format.ts";
import {
  areMessagesJson,
  isQuiet,
  type LogLevel,
  writeJsonMessage,
  writeMessage,
  writeNote,
} from "../../output/streams.ts";
import { cleanLines } from "../../output/terminal.ts";
import { logEvent } from "../backup/progress.ts";
import { RECORD, recorded } from "../backup/record.ts";
import { deadline, variablesOf } from "../backup/setup.ts";
import { type ConnectionOptions, connectionOf, loadFleet, rememberFleet, withConnection } from "./setup.ts";

const ABOUT = `
It runs until Ctrl-C or SIGTERM: then it takes no further job, finishes what is in flight on the clouds, and
puts what is left of its jobs back on the queue. A second one stops at once; nothing is made twice by that
either. A machine that dies without a word has its jobs taken up by others once --lock has passed.
`;

export function addWork(fleet: Command, action: MakeAction): void {
  withConnection(fleet.command("work"))
    .description("take jobs from the queue and do them, until it is stopped")
    .option("--concurrency <n>", "on how many accounts it works at once; default: 10", count)
    .option(
      "--lock <time>",
      "without a sign of life for so long, its jobs are others'; default: 30s",
      durationFrom("1s"),
    )
    .option(...RECORD)
    .addHelpText(
      ...examples(["polyvol fleet work", "polyvol fleet work --concurrency 20 --log-format json"], ABOUT),
    )
    .action(action(work));
}

interface WorkOptions extends ConnectionOptions {
  readonly concurrency?: number;
  readonly lock?: number;
  readonly record?: string;
}

async function work(context: Context, options: WorkOptions): Promise<number> {
  const connection = connectionOf(options);
  const { createFleetWorker } = await loadFleet();
  const fleet = rememberFleet(context);
  // What is wrong with the configuration is said at once, and not by the first job.
  const { config } = await fleet.setup();
  const stop = await deadline(context);
  const runOptions: RunOptions = { credentialVariables: variablesOf(config) };
  const worker = await createFleetWorker({
    ...connection,
    ...omitUndefined({ concurrency: options.concurrency, lockMs: options.lock }),
    policies: async () => (await fleet.setup()).policies,
    accounts: async ({ fresh }) => (await fleet.setup(fresh)).accounts,
    connect: (account) => fleet.connect(account),
    run: recordedRun(context, options.record),
    runOptions,
    onEvent: writeFleetEvent,
  });
  writeNote("Waiting for jobs.\n");
  context.interrupts.undoesFirst("its jobs go back to the queue");
  await aborted(stop);
  const stopping = worker.stop();
  const { atOnce } = context.interrupts;
  const hurry = (): void => void worker.abort();
  atOnce.addEventListener("abort", hurry, { once: true });
  await stopping;
  atOnce.removeEventListener("abort", hurry);
  return 0;
}

/** Leaves a line in a record for each run. */
function recordedRun(context: Context, file: string | undefined): RunAccount {
  return async (policies: readonly Policy[], clouds, options) => {
    const { run } = await import("@polyvol/backup");
    return await recorded(context, file, () => run(policies, clouds, options), {
      done: (backup, report) => backup.runEntry(report, { policies }),
      failed: (backup, error, times) => backup.brokenRunEntry(error, { policies, ...times }),
    });
  };
}

/** Writes what a worker does: a line each, in a JSON log with its fields; with `--quiet` only what went wrong. */
function writeFleetEvent(event: FleetEvent): void {
  if (event.type === "backup") {
    writeProgress(event);
    return;
  }
  const { level, text } = linesOf(event);
  if (isQuiet() && level === "info") return;
  if (areMessagesJson()) {
    const { type, ...fields } = event;
    writeJsonMessage(level, text, { event: `job.${type}`, ...fields });
    return;
  }
  writeMessage(`${cleanLines(text)}\n`, level);
}

/** What happens on each volume is for logs that a program reads; people get what went wrong. */
function writeProgress({ account, slot, event }: Extract<FleetEvent, { readonly type: "backup" }>): void {
  if (event.type === "problem") {
    const { message } = event.problem;
    const text = `${account}: ${message}`;
    if (areMessagesJson())
      writeJsonMessage("error", text, { account, slot, event: "problem", problem: event.problem });
    else writeMessage(`${cleanLines(text)}\n`, "error");
    return;
  }
  if (areMessagesJson() && !isQuiet()) logEvent(event, { account, slot });
}

interface Line {
  readonly level: LogLevel;
  readonly text: string;
}

function linesOf(event: Exclude<FleetEvent, { readonly type: "backup" }>): Line {
  switch (event.type) {
    case "taken": {
      const again = event.attempt === 1 ? "" : `, attempt ${event.attempt}`;
      return { level: "info", text: `${event.account}: begun, slot ${event.slot}${again}` };
    }
    case "done": {
      const { created, deleted, volumes } = event.result;
      const text = `${event.account}: done, ${countText(volumes, "volume")}, ${created} created, ${deleted} deleted`;
      return { level: "info", text };
    }
    case "failed": {
      const next = event.parked ? "parked as failed" : "it will be tried again";
      return { level: event.parked ? "error" : "warn", text: `${event.account}: ${event.reason}; ${next}` };
    }
    case "returned":
      return { level: "info", text: `${event.account}: back on the queue: ${event.reason}` };
    case "refused":
      return { level: "warn", text: `job ${event.jobId} is left on the queue: ${event.reason}` };
    case "stalled":
      return {
        level: "warn",
        text: `job ${event.jobId}: its worker has gone without a word; it is on the queue again`,
      };
    case "redis":
      return { level: event.state === "back" ? "info" : "warn", text: event.reason };
  }
}
