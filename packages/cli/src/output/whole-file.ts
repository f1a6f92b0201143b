import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { unwritable } from "../errors.ts";

/**
 * Writes a file whole or not at all: whoever reads it sees what was there before or all of the new text, whatever
 * happens meanwhile. Links are followed; what is no file, such as a pipe, is written to as it is.
 *
 * @throws Error that names the file and says why
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  try {
    const found = await stat(file).catch(nothingThere);
    if (found !== undefined && !found.isFile() && !found.isDirectory()) {
      await writeFile(file, text);
      return;
    }
    if (found?.isDirectory() === true) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    const target = found === undefined ? file : await realpath(file);
    await replace(target, text, found?.mode ?? 0o666);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Writes a file that is not there yet, whole or not at all. @throws the system's error, `EEXIST` where it is there */
export async function writeNew(file: string, text: string): Promise<void> {
  const handle = await open(file, "wx");
  try {
    await handle.writeFile(text);
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function replace(target: string, text: string, mode: number): Promise<void> {
  const draft = `${target}.${randomUUID()}.tmp`;
  try {
    const handle = await open(draft, "wx", mode & 0o777);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function nothingThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
