import type { RunOptions, RunReport } from "@polyvol/backup";
import type { Context } from "../context.ts";
import { FAILED } from "../errors.ts";
import { INTERRUPTED } from "../interruption.ts";
import { countText } from "../output/format.ts";
import { createProgress } from "../output/progress.ts";
import { say } from "../output/streams.ts";
import { writeRun } from "../views/backup/run.ts";
import type { Configured } from "./configured.ts";
import { deadline } from "./deadline.ts";
import { follow } from "./follow.ts";
import { reportProblems } from "./problems.ts";

/** Carries something out, visibly: the first Ctrl-C finishes what is in flight, and what is left is said. */
export async function carryOut(
  context: Context,
  { check, credentialVariables }: Configured,
  work: (options: RunOptions) => Promise<RunReport>,
): Promise<number> {
  const progress = createProgress();
  let report: RunReport;
  try {
    report = await check(() =>
      work({ drainSignal: deadline(context), onEvent: follow(progress), credentialVariables }),
    );
  } finally {
    progress.close();
  }
  await writeRun(context.output, report);
  reportProblems(report.problems);
  if (report.stopped) {
    const left = countText(report.totals.left, "change");
    say(`Stopped with ${left} left, nothing half done. Run again: it makes nothing twice.\n`);
    return context.signal.aborted ? INTERRUPTED : FAILED;
  }
  return report.ok ? 0 : FAILED;
}
