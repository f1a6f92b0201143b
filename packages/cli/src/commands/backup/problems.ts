import type { BackupPlan, BackupProblem, PlannedBound } from "@polyvol/backup";
import { CONFIGURATION, exitCodeOf, exitCodeOfAll, FAILED, reportText } from "../../errors.ts";
import { commandText, nextStep } from "../../next-step.ts";
import { minutesText, numberText, quotaText } from "../../output/format.ts";
import { areErrorsData, writeWarning } from "../../output/streams.ts";

const EFFECTS: Readonly<Record<BackupProblem["effect"], string>> = {
  nothing_done: "no snapshot is taken and none deleted there",
  nothing_deleted: "no snapshot is deleted there",
  attention: "",
};

/** The problem with its place, such as `main: policy nightly: volume db: …`. */
export function problemText({ cloud, policyId, volumeName, volumeId, message }: BackupProblem): string {
  const volume = volumeName || volumeId;
  // A message that begins with its place is not given it twice.
  const policyText = `policy ${policyId}`;
  const volumeText = `volume ${volume}`;
  const namesVolume = volume !== undefined && message.startsWith(`${volumeText} (`);
  const parts = [
    namesVolume ? "" : (cloud ?? ""),
    policyId === undefined || message.startsWith(`${policyText}:`) ? "" : policyText,
    volume === undefined || namesVolume ? "" : volumeText,
    message,
  ];
  return parts.filter((part) => part !== "").join(": ");
}

/**
 * Writes each problem and what to do next to standard error, and returns the exit code.
 *
 * @param readOnly the command changes nothing: what to do next is said accordingly
 * @param showEffect what a problem means for changes is written; default: where the command makes any
 */
export function reportProblems(
  problems: readonly BackupProblem[],
  {
    readOnly = false,
    showEffect = !readOnly,
  }: { readonly readOnly?: boolean; readonly showEffect?: boolean } = {},
): number {
  const hints = problems.map((problem) => nextOf(problem, readOnly));
  for (const [index, problem] of problems.entries()) {
    const effectText = showEffect ? EFFECTS[problem.effect] : "";
    const text = `${problemText(problem)}${effectText === "" ? "" : `; ${effectText}`}`;
    // People read what to do about several problems once, below the last of them.
    const isSaidBelow = !areErrorsData() && hints.lastIndexOf(hints[index]) > index;
    reportText(text, isSaidBelow ? undefined : hints[index], problem);
  }
  return exitCodeOfAll(problems.map(({ code }) => exitCodeOf(code)));
}

/**
 * The exit code of a command that makes something, by that of its problems: 2 says that nothing was done, so that whoever
 * ends all the others for it (`podFailurePolicy`) ends no work.
 *
 * @param volumes those that it came as far as
 */
export function exitCodeOfWork(failed: number, volumes: readonly unknown[]): number {
  return failed === CONFIGURATION && volumes.length > 0 ? FAILED : failed;
}

/** The message of a hook or another command, or of what Polyvol refuses itself, is complete; a cloud's failure has its usual next step. */
function nextOf(problem: BackupProblem, readOnly: boolean): string | undefined {
  if (problem.hook !== undefined || problem.program !== undefined) return undefined;
  const complete = ["failed_precondition", "not_found", "conflict", "already_exists"];
  if (complete.includes(problem.code)) return undefined;
  const unreached = problem.unreached === true ? ({ outcome: "not_applied" } as const) : {};
  const next = nextStep({ ...problem, ...unreached, readOnly }, problem.cloud);
  return problem.code === "resource_exhausted"
    ? `${next}; ${commandText("backup run --prune-only")} deletes what no rule keeps`
    : next;
}

/** Says which accounts are too large for their schedules, before anything is done. Changes no exit code. */
export function warnOfBounds({ bounds = [] }: Pick<BackupPlan, "bounds">): void {
  for (const bound of bounds.filter(({ tooLarge }) => tooLarge)) {
    writeWarning(boundText(bound));
  }
}

/** The arithmetic of one account, and what follows from it. */
function boundText(bound: PlannedBound): string {
  const { account, clouds, quota, requests, shortestMs, roundRequests, roundMs, intervalMs } = bound;
  const names = clouds.length === 1 && clouds[0] === account ? "" : ` (${clouds.join(", ")})`;
  const isRound = roundMs > intervalMs;
  const [count, ms] = isRound ? [roundRequests, roundMs] : [requests, shortestMs];
  const what = isRound ? `requests in each ${minutesText(intervalMs)}` : "requests now";
  return (
    `account ${account}${names}: ${numberText(count)} ${what}, at ${quotaText(quota)}: ` +
    `at least ${minutesText(ms)}, longer than the ${minutesText(intervalMs)} from slot to slot; slots will be missed, on however ` +
    "many machines: take longer intervals, fewer volumes, or a larger quota"
  );
}
