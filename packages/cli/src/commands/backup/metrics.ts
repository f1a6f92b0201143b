import type { BackupMetrics, StatusOptions } from "@polyvol/backup";
import type { Context } from "../../context.ts";
import { UsageError } from "../../errors.ts";
import type { Options } from "../../options.ts";
import { writeOutput } from "../../output/streams.ts";
import { cleanFor } from "../../output/terminal.ts";
import type { WatchOptions } from "../../watch.ts";
import { readRecordFile } from "./record.ts";
import type { BackupSetup } from "./setup.ts";

/** Options that only `-o prometheus` takes. */
export interface MetricsOptions extends Options {
  readonly outputFile?: string;
  readonly record?: string;
}

export const OUTPUT_FILE = [
  "--output-file <file>",
  "with -o prometheus: write to this file, whole or not at all",
] as const;
export const RECORD_OF_RUNS = [
  "--record <file>",
  "record of runs: what has left its cloud, and when a restore was last proven",
] as const;

/** Whether metrics are asked for. @throws UsageError for an option that goes with nothing else */
export function wantsMetrics({ output }: Context, options: MetricsOptions & WatchOptions): boolean {
  const { outputFile, watch } = options;
  if (output === "prometheus") {
    if (watch === undefined || outputFile !== undefined) return true;
    throw new UsageError(
      "--watch with -o prometheus needs --output-file: one text ends where the next begins",
    );
  }
  if (outputFile === undefined) return false;
  throw new UsageError("--output-file goes with -o prometheus only");
}

/** Looks at the clouds and writes the metrics to the file, or to standard output. */
export async function writeMetrics(
  { policies, clouds, withSourcePositions }: BackupSetup,
  { outputFile, record }: MetricsOptions,
  options: StatusOptions,
): Promise<BackupMetrics["status"]> {
  const backup = await import("@polyvol/backup");
  const read = await readRecordFile(record);
  const { status, text } = await withSourcePositions(() =>
    backup.backupMetrics(policies, clouds, new Date(), { ...options, record: read }),
  );
  if (outputFile === undefined) {
    writeOutput(cleanFor(process.stdout, text));
  } else {
    const { writeWhole } = await import("../../output/whole-file.ts");
    await writeWhole(outputFile, text);
  }
  return status;
}
