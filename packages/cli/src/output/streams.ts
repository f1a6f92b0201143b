import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";

/** Where a command writes. */
export interface Streams {
  /** Results. */
  readonly out: Writable;
  /** Everything that is said about the work. */
  readonly err: Writable;
}

const own = (): Streams => ({ out: process.stdout, err: process.stderr });

/** The first failure of a stream. Nothing more is written to it. */
const failures = new WeakMap<Writable, NodeJS.ErrnoException>();
const guarded = new WeakSet<Writable>();

/** What another program reads as data: nothing else is ever written there. */
const forData = new WeakSet<Writable>();

/** Where only errors and problems are said. */
const quiet = new WeakSet<Writable>();

/** From now on nothing is said but errors and problems. */
export function beQuiet(): void {
  quiet.add(process.stderr);
}

/** Whether `--quiet` was given. */
export function isQuiet(): boolean {
  return quiet.has(process.stderr);
}

/**
 * No failure of a stream (a full disk, a terminal that is gone, a reader that has seen enough) ends a command: it may
 * be in the middle of a change. The first one is remembered for {@link settleOutput}, and nothing more is written there.
 */
export function guardOutput({ out: results, err }: Streams = own()): void {
  for (const stream of [results, err]) {
    if (guarded.has(stream)) continue;
    guarded.add(stream);
    stream.on("error", (error) => remember(stream, error));
  }
}

/** From now on standard output is data. */
export function keepOutputForData(): void {
  forData.add(process.stdout);
}

/**
 * Waits until everything is written, and gives the exit code of the process: 1 instead of `code` for a success whose
 * words were lost, and then one line on the other stream says so. A reader that has gone (`| head`) is no failure.
 */
export async function settleOutput(code: number, streams: Streams = own()): Promise<number> {
  const { out: results, err } = streams;
  // What failed just now says so in a moment.
  await new Promise(setImmediate);
  await Promise.all([written(results), written(err)]);
  const lost = [
    { stream: results, other: err, what: "results could not be written to standard output" },
    { stream: err, other: results, what: "not all that there was to say could be written to standard error" },
  ].filter(({ stream }) => (failures.get(stream)?.code ?? "EPIPE") !== "EPIPE");
  for (const { stream, other, what } of lost) {
    const why = failures.get(stream)?.message.replace(/, write$/, "") ?? "";
    if (!forData.has(other)) put(other, `error: ${what}: ${why}\n`);
    await written(other);
  }
  return lost.length > 0 && !FAILURES.includes(code) ? LOST : code;
}

/** Exit code of a command that did its work and could not say so. */
const LOST = 1;
/** Exit codes that say already that not all is well: failed, usage, stale, interrupted. */
const FAILURES: readonly number[] = [1, 2, 4, 130];

const wipes = new Set<() => void>();

/** Registers what takes moving lines off the screen before anything else is written. Returns the way back. */
export function wipeBeforeWriting(wipe: () => void): () => void {
  wipes.add(wipe);
  return () => void wipes.delete(wipe);
}

/** Results. */
export function out(text: string): void {
  for (const wipe of wipes) wipe();
  put(process.stdout, text);
}

/** What is nice to know, and not said with `--quiet`. */
export function note(text: string): void {
  if (!isQuiet()) say(text);
}

/** Everything that is said about the work: progress, failures, questions. */
export function say(text: string): void {
  for (const wipe of wipes) wipe();
  put(process.stderr, text);
}

/** Writes to a stream unless it has failed before. */
export function put(stream: Writable, text: string): void {
  if (failures.has(stream) || !stream.writable) return;
  try {
    if (isFile(stream)) writeWhole(stream.fd, text);
    else stream.write(text, (error) => error && remember(stream, error));
  } catch (error) {
    remember(stream, error as NodeJS.ErrnoException);
  }
}

function remember(stream: Writable, error: NodeJS.ErrnoException): void {
  if (!failures.has(stream)) failures.set(stream, error);
}

function isFile(stream: Writable): stream is Writable & { fd: number } {
  const { fd } = stream as { fd?: unknown };
  return typeof fd === "number" && fstatSync(fd).isFile();
}

/** Node's own stream takes a part for the whole: on a disk that fills up, the rest would be lost without a word. */
function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** Resolves once all that was given to the stream has gone, or the stream has failed. */
function written(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (failures.has(stream) || !stream.writable) {
      resolve();
      return;
    }
    stream.write("", (error) => {
      if (error) remember(stream, error);
      resolve();
    });
  });
}
