import type * as Backup from "@polyvol/backup";
import { reportText, UsageError } from "../../errors.ts";

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

/**
 * Does the work and leaves its line in a record of runs, where one was asked for. That the line could not be written is
 * said, and changes nothing else: neither the work nor the exit code.
 *
 * @param file the value of `--record`
 * @throws what the work throws
 */
export async function recorded<T>(
  file: string | undefined,
  work: () => Promise<T>,
  { done, failed }: Entries<T>,
): Promise<T> {
  if (file === undefined) return await work();
  const backup = await import("@polyvol/backup");
  const startedAt = new Date();
  const append = async (
    entryOf: (backup: typeof Backup, times: Backup.RecordedTimes) => Backup.RecordEntry,
  ): Promise<void> => {
    try {
      await backup.appendRecord(file, entryOf(backup, { startedAt, finishedAt: new Date() }));
    } catch (error) {
      reportText(`--record: ${(error as Error).message}; nothing else is affected`, undefined);
    }
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await append((library, times) => failed(library, error, times));
    throw error;
  }
  await append((library, times) => done(library, result, times));
  return result;
}

/** What a record of runs says. @throws UsageError for a file that does not exist, or is none */
export async function readRecordFile(file: string): Promise<Backup.RunRecord> {
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
