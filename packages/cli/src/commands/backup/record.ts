import type * as Backup from "@polyvol/backup";
import { FAILED, reportText } from "../../errors.ts";

/** `--record` of the commands that leave a line in a record of runs. */
export const RECORD = [
  "--record <file>",
  "append one line about it to this file, for polyvol backup report --record",
] as const;

/** Writes what a command has done into a record, where one was asked for. */
export interface Recorder {
  /** Does the work and records it; what it throws, too. A record that cannot be written changes nothing of it. */
  record<T>(work: () => Promise<T>, entries: RecordedAs<T>): Promise<T>;
  /** Says whether the line was lost, and returns the exit code of a command that has come to `code`. */
  finish(code: number): number;
}

interface RecordedAs<T> {
  readonly done: (backup: typeof Backup, result: T, times: Backup.RecordedTimes) => Backup.RecordEntry;
  readonly failed: (backup: typeof Backup, error: unknown, times: Backup.RecordedTimes) => Backup.RecordEntry;
}

/** @param file the value of `--record` */
export function createRecorder(file: string | undefined): Recorder {
  let lost: Error | undefined;
  return {
    async record(work, { done, failed }) {
      if (file === undefined) return await work();
      const backup = await import("@polyvol/backup");
      const startedAt = new Date();
      const times = (): Backup.RecordedTimes => ({ startedAt, finishedAt: new Date() });
      const append = async (entry: Backup.RecordEntry): Promise<void> => {
        await backup.appendRecord(file, entry).catch((error: Error) => {
          lost = error;
        });
      };
      try {
        const result = await work();
        await append(done(backup, result, times()));
        return result;
      } catch (error) {
        await append(failed(backup, error, times()));
        throw error;
      }
    },
    finish(code) {
      if (lost === undefined) return code;
      reportText(`--record: ${lost.message}; nothing else is affected`, undefined);
      return code === 0 ? FAILED : code;
    },
  };
}
