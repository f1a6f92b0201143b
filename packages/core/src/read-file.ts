import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { fileSystem } from "./platform.ts";

/** What a file may be that somebody named. */
export interface FileBounds {
  /** Largest size, in bytes. */
  readonly mostBytes: number;
  /** Whether standard input and what a shell gives as `<(…)` may stand in for a file. Default `false`. */
  readonly orPipe?: boolean | undefined;
  /** Whether bytes that are not UTF-8 become U+FFFD: of lines that may have been cut. Default `false`: they are refused. */
  readonly orCut?: boolean | undefined;
}

/** A path that names no file which could be read: a folder, a pipe, a device, more than was agreed, or not UTF-8. */
export class UnfitFile extends Error {
  /** Always `UnfitFile`. */
  override readonly name: string = "UnfitFile";
  /** What it is: `a folder`. */
  readonly found: string;
  /** What may be there: `a regular file of at most 64 KiB`. */
  readonly allowed: string;

  constructor(path: string, found: string, allowed: string) {
    super(`${path}: found ${found}; allowed: ${allowed}`);
    this.found = found;
    this.allowed = allowed;
  }
}

/** Has a writer already, unlike a pipe that lies in a folder. */
const GIVEN = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/**
 * The text of a regular file, links followed. What else can have a path (a pipe that nobody writes to, a device without
 * an end) is refused before it is opened, since reading it may never end.
 * @throws UnfitFile for what is no such file; else the error of the file system
 */
export async function readTextFile(path: string, bounds: FileBounds): Promise<string> {
  const { constants, promises } = fileSystem();
  refuse(path, await promises.stat(path), bounds);
  // Another thing may have taken its place: opening a pipe must not wait for a writer.
  const wait = isGiven(path, bounds) ? 0 : (constants.O_NONBLOCK ?? 0);
  const file = await promises.open(path, constants.O_RDONLY | wait);
  try {
    refuse(path, await file.stat(), bounds);
    return await readBounded(path, file, bounds);
  } finally {
    await file.close();
  }
}

/** What a path names, where it is no regular file. */
export function unfitKind(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe (FIFO)";
  return stats.isSocket() ? "a socket" : "a device";
}

function refuse(path: string, stats: Stats, bounds: FileBounds): void {
  const kind = unfitKind(stats);
  if (kind !== undefined && !(isGiven(path, bounds) && kind !== "a folder")) throw unfit(path, kind, bounds);
  if (stats.size > bounds.mostBytes) throw tooLarge(path, bounds);
}

const isGiven = (path: string, { orPipe = false }: FileBounds): boolean => orPipe && GIVEN.test(path);

async function readBounded(path: string, file: FileHandle, bounds: FileBounds): Promise<string> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: bounds.orCut !== true });
  // One byte more shows that it is too large.
  const buffer = new Uint8Array(Math.min(bounds.mostBytes + 1, 64 * 1024));
  let text = "";
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    size += bytesRead;
    if (size > bounds.mostBytes) throw tooLarge(path, bounds);
    const bytes = buffer.subarray(0, bytesRead);
    try {
      text += decoder.decode(bytes, { stream: bytesRead > 0 });
    } catch {
      throw new UnfitFile(path, `bytes that are not UTF-8, in line ${lineOf(text, bytes)}`, "text in UTF-8");
    }
    if (bytesRead === 0) return text;
  }
}

/** The first line in which the bytes that follow `text` are not UTF-8. */
function lineOf(text: string, bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const first = text.split("\n").length;
  // What goes on with a character that began before is as it should be.
  let from = bytes.findIndex((byte) => byte >> 6 !== 0b10);
  for (let line = first; from >= 0; line += 1) {
    const end = bytes.indexOf(0x0a, from) + 1;
    try {
      decoder.decode(bytes.subarray(from, end || bytes.length));
    } catch {
      return line;
    }
    from = end || -1;
  }
  return first;
}

function tooLarge(path: string, bounds: FileBounds): UnfitFile {
  return unfit(path, `more than ${sizeText(bounds.mostBytes)}`, bounds);
}

function unfit(path: string, found: string, { mostBytes }: FileBounds): UnfitFile {
  return new UnfitFile(path, found, `a regular file of at most ${sizeText(mostBytes)}`);
}

function sizeText(bytes: number): string {
  return bytes < 1_048_576 ? `${bytes / 1_024} KiB` : `${bytes / 1_048_576} MiB`;
}
