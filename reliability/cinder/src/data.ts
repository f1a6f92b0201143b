/** The data of volumes, where the server's storage keeps them. */
import { createHash, randomBytes } from "node:crypto";
import { closeSync, createReadStream, openSync, writeSync } from "node:fs";

export const GIB: number = 1024 ** 3;
const PIECE_BYTES = 256 * 1024;
const PIECES = 32;

/** Writes random pieces all over the first GiB of a file, its first and its last byte among them. */
export function scribble(file: string): void {
  const opened = openSync(file, "r+");
  try {
    for (let piece = 0; piece < PIECES; piece += 1) {
      const at = Math.floor(((GIB - PIECE_BYTES) * piece) / (PIECES - 1));
      writeSync(opened, randomBytes(PIECE_BYTES), 0, PIECE_BYTES, at);
    }
  } finally {
    closeSync(opened);
  }
}

/** SHA-256 of the first GiB of a file. */
export async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  const range = { end: GIB - 1, highWaterMark: 1024 * 1024 };
  for await (const chunk of createReadStream(file, range)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Whether a file has nothing but zeros from there on. */
export async function isBlankFrom(file: string, start: number): Promise<boolean> {
  const zeros = Buffer.alloc(1024 * 1024);
  for await (const chunk of createReadStream(file, { start, highWaterMark: zeros.length })) {
    if (zeros.compare(chunk as Buffer, 0, (chunk as Buffer).length, 0, (chunk as Buffer).length) !== 0)
      return false;
  }
  return true;
}
