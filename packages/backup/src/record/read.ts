import { stat } from "node:fs/promises";
import { readTextFile, UnfitFile } from "@polyvol/core/driver";
import * as z from "zod";
import { olderFile } from "./append.ts";
import type { LineAside, RecordEntry, RunRecord } from "./entry.ts";
import { OURS, RecordError } from "./record-error.ts";

/** Larger ones were not written with any sensible `maxBytes`. */
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * Reads a record of runs: the lines of `FILE.1`, where there is one, and of `FILE`. A line that was cut, is of a newer
 * version, or is none of ours is left aside and said.
 *
 * @throws RecordError for a file that does not exist, cannot be read, or has no line of a record
 */
export async function readRecord(file: string): Promise<RunRecord> {
  const entries: RecordEntry[] = [];
  const aside: LineAside[] = [];
  for (const [each, text] of await textsOf(file)) {
    text.split("\n").forEach((line, index) => {
      if (line.trim() === "") return;
      const entry = parseLine(line);
      if (typeof entry === "string") aside.push({ file: each, line: index + 1, why: entry });
      else entries.push(entry);
    });
  }
  if (entries.length === 0 && aside.length > 0 && aside.every(({ why }) => why === "foreign")) {
    throw new RecordError(file, "a file without any line of a record", OURS);
  }
  entries.sort((a, b) => Date.parse(a.finishedAt) - Date.parse(b.finishedAt));
  return { entries, aside };
}

/** Both files as they were at one moment: while they are read, a writer may put the newer one in place of the older. */
async function textsOf(file: string): Promise<readonly (readonly [file: string, text: string])[]> {
  const olderName = olderFile(file);
  for (;;) {
    const before = await inodeOf(olderName);
    const older = await textOf(olderName);
    const newer = await textOf(file);
    if ((await inodeOf(olderName)) !== before) continue;
    // The newer one is missing where it was put aside, and nothing has been written since.
    if ((older ?? newer) === undefined)
      throw new RecordError(file, "no such file", OURS, { isMissing: true });
    return [[olderName, older ?? ""] as const, [file, newer ?? ""] as const];
  }
}

async function inodeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.ino;
}

/** Undefined: there is no such file. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readTextFile(file, { mostBytes: MOST_BYTES, orCut: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if (error instanceof UnfitFile) throw new RecordError(file, error.found, OURS, { cause: error });
    throw RecordError.of(file, error, "read");
  }
}

function parseLine(line: string): RecordEntry | LineAside["why"] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Only a line of ours can have been cut; what is after it in the file was written later.
    return line.startsWith("{") ? "cut" : "foreign";
  }
  const head = headSchema.safeParse(value);
  if (!head.success) return "foreign";
  if (head.data.version > 1) return "newer";
  const entry = entrySchema.safeParse(value);
  return entry.success ? (entry.data as unknown as RecordEntry) : "foreign";
}

const headSchema = z.looseObject({ format: z.literal("polyvol-record"), version: z.int().min(1) });

const text = z.string();
const count = z.int().min(0);
const instant = text.refine((value) => !Number.isNaN(Date.parse(value)));
const slots = { cloud: text, policyId: text, slot: instant, volumeIds: z.array(text) };
const problems = z.array(z.looseObject({ code: text, message: text, effect: text }));
const command = z.looseObject({
  program: text,
  exitCode: z.int().exactOptional(),
  durationMs: z.number().min(0),
  bytesRead: z.number().min(0).exactOptional(),
});
const head = { startedAt: instant, finishedAt: instant, ok: z.boolean(), problems };
const volume = {
  cloud: text,
  volumeId: text,
  volumeName: text.exactOptional(),
  snapshot: z.looseObject({ id: text, name: text, takenAt: instant }).exactOptional(),
  restoreMs: z.number().min(0).exactOptional(),
  command: command.exactOptional(),
};
// Keys that a later program of this version adds are let through.
const entrySchema = z.discriminatedUnion("kind", [
  z.looseObject({
    ...head,
    kind: z.literal("run"),
    command: z.enum(["run", "apply", "prune"]),
    stopped: z.boolean(),
    policyIds: z.array(text),
    shard: z.looseObject({ index: count, count }).exactOptional(),
    clouds: z.array(z.looseObject({ cloud: text, seen: z.boolean() })),
    totals: z.looseObject({ volumes: count, created: count, deleted: count, left: count, problems: count }),
    made: z.array(z.looseObject({ ...slots, delaysSeconds: z.array(z.number()) })),
    unmade: z.array(z.looseObject(slots)),
    deleted: z.array(z.looseObject(slots)),
  }),
  z.looseObject({ ...head, ...volume, kind: z.enum(["drill", "restore"]) }),
  z.looseObject({
    ...head,
    ...volume,
    kind: z.literal("offsite"),
    policyId: text.exactOptional(),
    runStartedAt: instant,
  }),
]);
