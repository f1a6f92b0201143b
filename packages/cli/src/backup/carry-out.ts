import type { BackupProblem, RunOptions, RunReport } from "@polyvol/backup";
import type { Context } from "../context.ts";
import { FAILED } from "../errors.ts";
import { INTERRUPTED, STOPPED_AT_ONCE } from "../interruption.ts";
import { cleanLines } from "../output/clean.ts";
import { countText } from "../output/format.ts";
import { createProgress } from "../output/progress.ts";
import { isQuiet, say } from "../output/streams.ts";
import { writeRun } from "../views/backup/run.ts";
import type { Configured } from "./configured.ts";
import { deadline } from "./deadline.ts";
import { follow } from "./follow.ts";
import { reportProblems } from "./problems.ts";

/** So many volumes with work left are named; the rest are counted. */
const NAMED = 20;

/**
 * Carries something out, visibly. At the first Ctrl-C, and when `--timeout` has passed: while the clouds are being
 * read, it ends there; after that, what is in flight is finished, nothing new is begun, and what is left is said.
 * At the second Ctrl-C only the hooks `after` that are due are run.
 */
export async function carryOut(
  context: Context,
  { policies, check, credentialVariables }: Configured,
  work: (options: RunOptions) => Promise<RunReport>,
): Promise<number> {
  const progress = createProgress();
  const tell = follow(progress);
  const stop = deadline(context);
  const reading = new AbortController();
  const stopReading = (): void => reading.abort(stop.reason);
  stop.addEventListener("abort", stopReading, { once: true });
  const { atOnce } = context.interrupts;
  if (policies.some(({ hooks }) => hooks.after !== undefined)) {
    context.interrupts.undoesFirst("the hooks `after` that are due are run before");
  }
  const met: BackupProblem[] = [];
  // Ctrl-C has its own words.
  const sayTimedOut = (): void => {
    if (!context.signal.aborted) say("--timeout has passed: only what is in flight is finished.\n");
  };
  let report: RunReport;
  try {
    report = await check(() =>
      work({
        abortSignal: AbortSignal.any([reading.signal, atOnce]),
        drainSignal: stop,
        onEvent(event) {
          if (event.type === "planned") {
            stop.removeEventListener("abort", stopReading);
            stop.addEventListener("abort", sayTimedOut, { once: true });
          }
          if (event.type === "problem") met.push(event.problem);
          tell(event);
        },
        credentialVariables,
      }),
    );
  } catch (error) {
    if (!atOnce.aborted) throw error;
    progress.close();
    // There is no report to hold them.
    reportProblems(met);
    say(STOPPED_AT_ONCE);
    return INTERRUPTED;
  } finally {
    stop.removeEventListener("abort", stopReading);
    stop.removeEventListener("abort", sayTimedOut);
    progress.close();
  }
  // Data was asked for; a table is for those who want to know what was done.
  if (!isQuiet() || context.output !== "table") await writeRun(context.output, report);
  reportProblems(report.problems);
  if (report.stopped) {
    sayWhatIsLeft(report, context.signal.aborted ? "" : ", since --timeout has passed");
    return context.signal.aborted ? INTERRUPTED : FAILED;
  }
  return report.ok ? 0 : FAILED;
}

function sayWhatIsLeft({ totals, volumes }: RunReport, why: string): void {
  say(`Stopped${why}, with nothing half done. Left: ${countText(totals.left, "change")}\n`);
  const open = volumes.filter(({ left }) => left > 0);
  for (const { volumeName, cloud, left } of open.slice(0, NAMED)) {
    say(`  ${cleanLines(`volume ${volumeName} on ${cloud}: ${countText(left, "change")}`)}\n`);
  }
  if (open.length > NAMED) say(`  and ${countText(open.length - NAMED, "volume")} more\n`);
  say("Run again: it goes on from there, and makes nothing twice.\n");
}
