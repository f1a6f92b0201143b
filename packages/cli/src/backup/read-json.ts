import { readFile } from "node:fs/promises";
import { UsageError } from "../usage-error.ts";

/** The parsed content of a JSON file. `what` is what the file is for. @throws UsageError naming the file */
export async function readJson(file: string, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file" : `what cannot be read (${code})`;
    throw new UsageError(`${file}: found ${found}; allowed: a readable JSON file with ${what}`);
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    const reason = text.trim() === "" ? "the file is empty" : (error as Error).message;
    throw new UsageError(`${file}: found what is no JSON (${reason}); allowed: JSON with ${what}`);
  }
}
