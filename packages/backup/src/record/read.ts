import { readTextFile, UnfitFile } from "@polyvol/core/driver";
import * as z from "zod";
import { olderFile } from "./append.ts";
import type { RecordEntry } from "./entry.ts";
import { OURS, RecordError } from "./record-error.ts";

/** Larger ones were not written with any sensible `maxBytes`. */
const MOST_BYTES = 512 * 1024 * 1024;

/** A line that says nothing here. */
export interface LineAside {
  /** The file that it stands in. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /**
   * `cut`: a process was killed, or the disk was full, while it was written. `newer`: of a version of the record that
   * this program does not know. `foreign`: no line of a record.
   */
  readonly why: "cut" | "newer" | "foreign";
}

/** What a record says. */
export interface RunRecord {
  /** By the time at which they ended, oldest first. */
  readonly entries: readonly RecordEntry[];
  /** Lines that could not be used. */
  readonly aside: readonly LineAside[];
}

/**
 * Reads a record of runs: the lines of `FILE.1`, where there is one, and of `FILE`. A line that was cut, is of a newer
 * version, or is none of ours is left aside and said.
 *
 * @throws RecordError for a file that does not exist, cannot be read, or has no line of a record
 */
export async function readRecord(file: string): Promise<RunRecord> {
  const entries: RecordEntry[] = [];
  const aside: LineAside[] = [];
  for (const each of [olderFile(file), file]) {
    const text = await textOf(each, each !== file);
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

async function textOf(file: string, isOlder: boolean): Promise<string> {
  try {
    return await readTextFile(file, { mostBytes: MOST_BYTES });
  } catch (error) {
    if (isOlder && (error as NodeJS.ErrnoException).code === "ENOENT") return "";
    if (error instanceof UnfitFile) throw new RecordError(file, error.found, OURS, { cause: error });
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new RecordError(file, "no such file", OURS);
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
const head = { startedAt: instant, finishedAt: instant, ok: z.boolean(), problems };
// Keys that a later program of this version adds are let through.
const entrySchema = z.discriminatedUnion("kind", [
  z.looseObject({
    ...head,
    kind: z.literal("run"),
    command: z.enum(["run", "apply", "prune"]),
    stopped: z.boolean(),
    policyIds: z.array(text),
    clouds: z.array(z.looseObject({ cloud: text, seen: z.boolean() })),
    totals: z.looseObject({ volumes: count, created: count, deleted: count, left: count, problems: count }),
    made: z.array(z.looseObject({ ...slots, delaysSeconds: z.array(z.number()) })),
    unmade: z.array(z.looseObject(slots)),
    deleted: z.array(z.looseObject(slots)),
  }),
  z.looseObject({
    ...head,
    kind: z.enum(["drill", "restore"]),
    cloud: text,
    volumeId: text,
    volumeName: text.exactOptional(),
    snapshot: z.looseObject({ id: text, name: text, takenAt: instant }).exactOptional(),
    restoreMs: z.number().min(0).exactOptional(),
  }),
]);
