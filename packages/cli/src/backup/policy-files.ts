import { PolicyError, type PolicyProblem } from "@polyvol/backup";
import { UsageError } from "../usage-error.ts";

/** Files by the word that paths of problems in them begin with. */
export type FilesByRoot = Readonly<Record<string, string>>;

/** Does the work, with what it refuses told by file and path. @throws UsageError */
export async function inFiles<T>(files: FilesByRoot, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const lines = error.problems.map((problem) => lineOf(problem, files));
    const names = Object.values(files).join(", ");
    throw new UsageError(lines.length === 0 ? `${names}: ${error.message}` : lines.join("\n"), {
      cause: error,
    });
  }
}

function lineOf({ path, found, allowed }: PolicyProblem, files: FilesByRoot): string {
  const root = /^\w+/.exec(path)?.[0] ?? "";
  const file = files[root];
  const place = file === undefined ? [path] : [file, path.slice(root.length).replace(/^\./, "")];
  return `${place.filter((part) => part !== "").join(": ")}: found ${found}; allowed: ${allowed}`;
}
