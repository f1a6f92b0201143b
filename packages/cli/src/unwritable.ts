import { dirname } from "node:path";

/** That a file could not be written, and why. */
export function unwritable(file: string, cause: unknown): Error {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const why = code === "ENOENT" ? `there is no folder ${dirname(file)} (ENOENT)` : (WHY[code] ?? message);
  return new Error(`${file} cannot be written: ${why}`, { cause });
}

const WHY: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder (EISDIR)",
  ENOTDIR: "a part of its path is no folder (ENOTDIR)",
  EACCES: "permission is missing (EACCES)",
  EROFS: "the disk is read-only (EROFS)",
  ENOSPC: "the disk is full (ENOSPC)",
};
