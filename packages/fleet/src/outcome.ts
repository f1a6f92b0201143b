import type { BackupProblem, RunReport } from "@polyvol/backup";
import { fitWords, omitUndefined } from "@polyvol/core/driver";

/** So many problems of a failed run are kept with its job, and so much of each message. */
const MOST_PROBLEMS = 10;
const MOST_CHARACTERS = 300;

/** What stays with a job of its last run, of bounded size: a board shows it as the progress of the job. */
export interface RunSummary {
  /** Names of the clouds that the attempt was about. */
  readonly clouds: readonly string[];
  /** When the run began and ended, ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** What was made, deleted and left. */
  readonly totals: RunReport["totals"];
  /** The first problems. */
  readonly problems: readonly Pick<BackupProblem, "code" | "message" | "effect" | "cloud" | "policyId">[];
  /** How many there were in all. */
  readonly problemsInAll: number;
}

export function summaryOf(
  { startedAt, finishedAt, totals, problems }: RunReport,
  clouds: readonly string[],
): RunSummary {
  return {
    clouds,
    startedAt,
    finishedAt,
    totals,
    problems: problems
      .slice(0, MOST_PROBLEMS)
      .map(({ code, message, effect, cloud, policyId }) =>
        omitUndefined({ code, message: fitWords(message, MOST_CHARACTERS), effect, cloud, policyId }),
      ),
    problemsInAll: problems.length,
  };
}

/** Whether a further attempt may do what this one did not. */
export function isWorthAnother({ totals, problems }: RunReport): boolean {
  return totals.left > 0 || problems.some(({ effect }) => effect !== "attention");
}

/** The last words of a run that was not all well. */
export function wordsOf({ totals, problems }: RunReport): string {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const why = first === undefined ? "" : `: ${fitWords(first.message, MOST_CHARACTERS)}${more}`;
  return `${totals.created} created, ${totals.deleted} deleted, ${totals.left} left${why}`;
}
