import type { PolicyProblem } from "@polyvol/backup";
import { UsageError } from "../../errors.ts";

/** The plan of a very large fleet has some ten MiB. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * The text of a file that was named, or of a pipe that a shell gives in its place.
 *
 * @param place how messages name it
 * @param allowed what it should be
 * @throws UsageError
 */
export async function readGiven(
  file: string,
  { place = file, mostBytes, allowed }: { readonly place?: string; mostBytes: number; allowed: string },
): Promise<string> {
  const { readTextFile, UnfitFile } = await import("@polyvol/core/driver");
  try {
    return await readTextFile(file, { mostBytes, orPipe: true });
  } catch (cause) {
    if (cause instanceof UnfitFile) {
      throw new UsageError(`${place}: found ${cause.found}; allowed: ${cause.allowed}`, { cause });
    }
    const { code } = cause as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file" : `a file that cannot be read (${code})`;
    throw new UsageError(`${place}: found ${found}; allowed: ${allowed}`, { cause });
  }
}

/**
 * The parsed content of a JSON file.
 *
 * @param purpose what the file is for, such as `the keys of a retention policy`
 * @throws UsageError naming the file
 */
export async function readJson(file: string, purpose: string): Promise<unknown> {
  const core = await import("@polyvol/core/driver");
  const allowed = `a readable JSON file with ${purpose}`;
  const text = await readGiven(file, { mostBytes: MAX_BYTES, allowed });
  try {
    return core.parseJsonText(text);
  } catch (error) {
    if (error instanceof core.AmbiguousJson) {
      throw new UsageError(
        `${file}:${error.line}:${error.column}: found ${error.found}; allowed: JSON with ${purpose}`,
      );
    }
    const reason = text.trim() === "" ? "the file is empty" : core.fitWords((error as Error).message);
    throw new UsageError(`${file}: found text that is not JSON (${reason}); allowed: JSON with ${purpose}`);
  }
}

/**
 * Does the work; reports what the backup library refuses by file and path.
 *
 * @param files file names by the word that the paths of problems in them begin with
 * @throws UsageError
 */
export async function withFileNames<T>(
  files: Readonly<Record<string, string>>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { isPolicyError } = await import("@polyvol/backup");
    if (!isPolicyError(error)) throw error;
    const lines = error.problems.map((problem) => problemText(problem, files));
    const names = Object.values(files).join(", ");
    throw new UsageError(lines.length === 0 ? `${names}: ${error.message}` : lines.join("\n"), {
      cause: error,
    });
  }
}

function problemText(
  { path, found, allowed, hint }: PolicyProblem,
  files: Readonly<Record<string, string>>,
): string {
  const root = Object.keys(files).find((name) => isBelow(path, name)) ?? "";
  const file = files[root];
  const place = file === undefined ? [path] : [file, path.slice(root.length).replace(/^\./, "")];
  return `${place.filter((part) => part !== "").join(": ")}: found ${found}; allowed: ${allowed}${hint === undefined ? "" : `. ${hint}`}`;
}

function isBelow(path: string, name: string): boolean {
  return path.startsWith(name) && /^(?:[.[]|$)/.test(path.slice(name.length));
}
