import type { MergedStatus } from "@polyvol/backup";
import { UsageError } from "../../errors.ts";
import { readJson, withFileNames } from "./json-files.ts";

/** Options that ask for a look at clouds, which `--merge` does not take. */
const LOOKS = {
  policy: "--policy",
  grace: "--grace",
  shard: "--shard",
  watch: "--watch",
  outputFile: "--output-file",
  record: "--record",
} as const;

/**
 * Puts what `status -o json` has written of each shard together. Looks at no cloud, and reads no configuration.
 *
 * @throws UsageError naming the file that is no report of a shard, or of another count
 */
export async function mergeFiles(
  files: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<MergedStatus> {
  const beside = Object.entries(LOOKS).find(([key]) => options[key] !== undefined);
  if (beside !== undefined) {
    throw new UsageError(`${beside[1]} does not go with --merge, which looks at no cloud`);
  }
  const reports = await Promise.all(
    files.map((file) => readJson(file, "what polyvol backup status --shard … -o json wrote")),
  );
  const { mergeStatus } = await import("@polyvol/backup");
  const names = Object.fromEntries(files.map((file, index) => [`reports[${index}]`, file]));
  return await withFileNames(names, () => mergeStatus(reports, { now: new Date() }));
}
