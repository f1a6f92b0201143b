import { AmbiguousJson, fitWords, parseJsonText, readTextFile, UnfitFile } from "@polyvol/core/driver";
import { UsageError } from "../usage-error.ts";

/** The plan of a very large fleet has some ten MiB. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The parsed content of a JSON file. `what` is what the file is for. @throws UsageError naming the file */
export async function readJson(file: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readTextFile(file, { mostBytes: MOST_BYTES, orPipe: true });
  } catch (error) {
    if (error instanceof UnfitFile) throw new UsageError(error.message);
    const { code } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file" : `a file that cannot be read (${code})`;
    throw new UsageError(`${file}: found ${found}; allowed: a readable JSON file with ${what}`);
  }
  try {
    return parseJsonText(text);
  } catch (error) {
    if (error instanceof AmbiguousJson) {
      throw new UsageError(
        `${file}:${error.line}:${error.column}: found ${error.found}; allowed: JSON with ${what}`,
      );
    }
    const reason = text.trim() === "" ? "the file is empty" : fitWords((error as Error).message);
    throw new UsageError(`${file}: found text that is not JSON (${reason}); allowed: JSON with ${what}`);
  }
}
