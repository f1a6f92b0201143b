import type * as Backup from "@polyvol/backup";
import type { Policy, RunReport } from "@polyvol/backup";
import type { Context } from "../../context.ts";
import { reportText, UsageError } from "../../errors.ts";
import { commandText } from "../../next-step.ts";
import { countText } from "../../output/format.ts";
import { isQuiet, writeNote } from "../../output/streams.ts";

/** `--record` of the commands that leave a line in a record of runs. */
export const RECORD = [
  "--record <file>",
  "append one line about it to this file, for polyvol backup report --record",
] as const;

/** The line of work that is done, and of work that has ended with an error. */
interface Entries<T> {
  readonly done: (backup: typeof Backup, result: T, times: Backup.RecordedTimes) => Backup.RecordEntry;
  readonly failed: (backup: typeof Backup, error: unknown, times: Backup.RecordedTimes) => Backup.RecordEntry;
}

/** Leaves a line in a record. Where that fails, the work is not affected; what would have been success ends with 1. */
export async function leaveLine(
  { losses }: Context,
  file: string,
  entryOf: (backup: typeof Backup) => Backup.RecordEntry,
): Promise<void> {
  const backup = await import("@polyvol/backup");
  try {
    await backup.appendRecord(file, entryOf(backup));
  } catch (error) {
    const text = `--record: ${(error as Error).message}`;
    losses.add(text);
    reportText(`${text}; nothing else is affected`, undefined);
  }
}

/**
 * Does the work and leaves its line in a record of runs, where one was asked for. Where the line cannot be written, that
 * changes nothing of the work.
 *
 * @param file the value of `--record`
 * @throws what the work throws
 */
export async function recorded<T>(
  context: Context,
  file: string | undefined,
  work: () => Promise<T>,
  { done, failed }: Entries<T>,
): Promise<T> {
  if (file === undefined) return await work();
  const startedAt = new Date();
  const times = (): Backup.RecordedTimes => ({ startedAt, finishedAt: new Date() });
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await leaveLine(context, file, (backup) => failed(backup, error, times()));
    throw error;
  }
  await leaveLine(context, file, (backup) => done(backup, result, times()));
  return result;
}

/**
 * What the record of runs of `--record` says; `undefined` without that option.
 * @throws UsageError for a file that does not exist, or is none
 */
export async function readRecordFile(file: string | undefined): Promise<Backup.RunRecord | undefined> {
  if (file === undefined) return undefined;
  const backup = await import("@polyvol/backup");
  try {
    return await backup.readRecord(file);
  } catch (error) {
    if (error instanceof backup.RecordError) {
      throw new UsageError(`--record: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/**
 * Says after a run how many volumes are due to leave their cloud: a run does not take them, since that is done on a server
 * of theirs. Where no record was given, or it cannot be read, nobody knows, and nothing is said.
 */
export async function noteOffsiteDue(
  report: RunReport,
  policies: readonly Policy[],
  file: string | undefined,
): Promise<void> {
  if (file === undefined || isQuiet() || policies.every(({ offsite }) => offsite === undefined)) return;
  const backup = await import("@polyvol/backup");
  const record = await backup.readRecord(file).catch(() => undefined);
  const due = record === undefined ? [] : backup.offsiteDue(report, policies, record);
  if (due.length === 0) return;
  const verb = due.length === 1 ? "is" : "are";
  writeNote(
    `${countText(due.length, "volume")} ${verb} due off-site: ${commandText("backup offsite")} takes them there.\n`,
  );
}
