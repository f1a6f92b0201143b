import { type FileHandle, mkdir, open, rename, rmdir, stat } from "node:fs/promises";
import { unfitKind } from "@polyvol/core/driver";
import { shortened } from "./entries.ts";
import type { RecordEntry } from "./entry.ts";
import { beginsLikeARecord, MAGIC, OURS_OR_NEW, RecordError } from "./record-error.ts";

/** A file grows to this before it is put aside as `FILE.1`. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Of one line. */
const MOST_LINE_BYTES = 8 * 1024 * 1024;

/** Putting a file aside takes a moment; a lock that is older was left by a process that was killed. */
const LOCK_MS = 60_000;

/** How a record is kept. */
export interface AppendOptions {
  /**
   * A file that would get larger than this, in bytes, is put aside as `FILE.1` first, in place of an earlier one.
   * Default 32 MiB: together some two months of nightly runs over 10,000 volumes.
   */
  readonly maxBytes?: number | undefined;
}

/**
 * Writes one line at the end of a record of runs, and waits until the disk has it. The file is made where there is none,
 * readable by its owner only. What a process that was killed has written of a line stays and is left aside by readers:
 * the new line stands below it.
 *
 * @throws RecordError for a file that is no record, is no regular file, or cannot be written
 */
export async function appendRecord(
  file: string,
  entry: RecordEntry,
  options: AppendOptions = {},
): Promise<void> {
  const { maxBytes = MAX_BYTES } = options;
  const whole = Buffer.from(`${JSON.stringify(entry)}\n`);
  const line = whole.length <= MOST_LINE_BYTES ? whole : Buffer.from(`${JSON.stringify(shortened(entry))}\n`);
  try {
    if (await isTooLarge(file, line.length, maxBytes)) await putAside(file, line.length, maxBytes);
    const handle = await open(file, "a+", 0o600);
    try {
      await refuseOthers(file, handle);
      const separator = (await endsInALine(handle)) ? "" : "\n";
      await writeAtOnce(handle, Buffer.concat([Buffer.from(separator), line]));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw RecordError.of(file, error, "written");
  }
}

/** Where the lines before the last rotation are. */
export function olderFile(file: string): string {
  return `${file}.1`;
}

/**
 * Puts a full file in place of the older one. Only one process at a time: a second one would put aside what the first has
 * begun anew, and the older lines be gone. While another is at it, the file grows by a line.
 */
async function putAside(file: string, more: number, maxBytes: number): Promise<void> {
  const lock = `${file}.lock`;
  try {
    await mkdir(lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    if (Math.abs(Date.now() - mtimeMs) > LOCK_MS) await rmdir(lock).catch(() => undefined);
    return;
  }
  try {
    if (await isTooLarge(file, more, maxBytes)) await rename(file, olderFile(file));
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
}

/** Also refuses what is no file, before it is opened: opening a pipe waits for its reader. */
async function isTooLarge(file: string, more: number, maxBytes: number): Promise<boolean> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return false;
  const kind = unfitKind(found);
  if (kind !== undefined) throw new RecordError(file, kind, OURS_OR_NEW);
  return found.size > 0 && found.size + more > maxBytes;
}

/**
 * Two processes do not write into each other's line: what is written at the end of a file in one call of the system stays
 * together. `appendFile` would make several of a long line.
 */
async function writeAtOnce(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
}

async function refuseOthers(file: string, handle: FileHandle): Promise<void> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
  const start = buffer.toString("utf8", 0, bytesRead);
  if (!beginsLikeARecord(start))
    throw new RecordError(file, "a file that begins with something else", OURS_OR_NEW);
}

async function endsInALine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}
