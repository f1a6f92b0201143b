import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import { canMove, clean } from "./terminal.ts";

/** Where a command writes. */
export interface Streams {
  /** Results. */
  readonly out: Writable;
  /** Progress, failures and questions. */
  readonly err: Writable;
}

const own = (): Streams => ({ out: process.stdout, err: process.stderr });

/** The first failure of a stream. Nothing more is written to it. */
const failures = new WeakMap<Writable, NodeJS.ErrnoException>();
const guarded = new WeakSet<Writable>();

/** Streams that another program reads as data: nothing else is ever written there. */
const forData = new WeakSet<Writable>();

/** Streams that get each piece of data as one line. */
const asLines = new WeakSet<Writable>();

/** Streams on which failures are data. */
const errorsAsData = new WeakSet<Writable>();

/** Streams that get only errors and problems. */
const quiet = new WeakSet<Writable>();

/** From now on only errors and problems are written to standard error. */
export function setQuiet(): void {
  quiet.add(process.stderr);
}

/** Whether `--quiet` was given. */
export function isQuiet(): boolean {
  return quiet.has(process.stderr);
}

/**
 * No failure of a stream (a full disk, a terminal that is gone, a reader that has seen enough) ends a command: it may
 * be in the middle of a change. The first one is remembered for {@link flushOutput}, and nothing more is written there.
 */
export function guardOutput({ out: results, err }: Streams = own()): void {
  for (const stream of [results, err]) {
    if (guarded.has(stream)) continue;
    guarded.add(stream);
    stream.on("error", (error) => remember(stream, error));
  }
}

/** From now on standard output is for data alone. */
export function reserveOutputForData(): void {
  forData.add(process.stdout);
}

/** From now on failures are written as data, a line each. */
export function writeErrorsAsData(): void {
  errorsAsData.add(process.stderr);
}

/** Whether a program reads what went wrong. */
export function areErrorsData(): boolean {
  return errorsAsData.has(process.stderr);
}

/** Streams on which each message is a line of JSON, with the id of the run that all of them share. */
const logs = new WeakMap<Writable, string>();

/** From now on every message is a line of JSON, and so is every failure. */
export function writeMessagesAsJson(runId: string): void {
  logs.set(process.stderr, runId);
  writeErrorsAsData();
}

/** Whether a collector of logs reads the messages. */
export function areMessagesJson(): boolean {
  return logs.has(process.stderr);
}

/**
 * Waits until everything is written and returns the exit code of the process: 1 instead of `code` when a command
 * succeeded and its output was lost; one line on the other stream then says so. A reader that has gone (`| head`) is
 * no failure.
 */
export async function flushOutput(code: number, streams: Streams = own()): Promise<number> {
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
    if (other === process.stderr && areMessagesJson()) writeJsonMessage("error", `${what}: ${why}`);
    else if (!forData.has(other)) writeTo(other, `error: ${what}: ${why}\n`);
    await written(other);
  }
  return lost.length > 0 && !FAILURES.includes(code) ? LOST : code;
}

/** Exit code of a command that did its work and could not say so. */
const LOST = 1;
/** Exit codes that say already that not all is well: failed, usage, stale, interrupted. */
const FAILURES: readonly number[] = [1, 2, 4, 130];

const wipes = new Set<() => void>();

/** Registers what takes moving lines off the screen before anything else is written. Returns what unregisters it. */
export function beforeEachWrite(wipe: () => void): () => void {
  wipes.add(wipe);
  return () => void wipes.delete(wipe);
}

/** What comes before the next result, by its stream. */
const starts = new WeakMap<Writable, string>();

/** From now on data is a line each. */
export function writeDataAsLines(): void {
  asLines.add(process.stdout);
}

/** Whether data is a line each. */
export function isDataAsLines(): boolean {
  return asLines.has(process.stdout);
}

/** The next result begins with this text: on a terminal on an empty screen, elsewhere below what is there. */
export function startScreen(title: string): void {
  starts.set(process.stdout, canMove(process.stdout) ? `\u001b[H\u001b[2J\u001b[3J${title}` : title);
}

/** Writes a result to standard output. */
export function writeOutput(text: string): void {
  for (const wipe of wipes) wipe();
  const start = starts.get(process.stdout);
  if (start !== undefined) {
    starts.delete(process.stdout);
    writeTo(process.stdout, start);
  }
  writeTo(process.stdout, text);
}

/**
 * Writes a piece of a long result, and resolves when there is room for the next: with `false` when nobody reads on, so that
 * no more needs to be made.
 */
export async function writePiece(text: string): Promise<boolean> {
  const { stdout } = process;
  writeOutput(text);
  if (stdout.writableNeedDrain) await written(stdout);
  return !failures.has(stdout) && stdout.writable;
}

/** Whether nothing more can be written to standard output: whoever read it has gone, say. */
export async function isOutputClosed(): Promise<boolean> {
  // What failed just now says so in a moment.
  await new Promise(setImmediate);
  return failures.has(process.stdout);
}

/** Writes what is nice to know to standard error; nothing with `--quiet`. */
export function writeNote(text: string): void {
  if (!isQuiet()) writeMessage(text);
}

/** How much a message matters to those who collect logs. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes progress, failures and questions to standard error; where messages are JSON, a line of text each. */
export function writeMessage(text: string, level: LogLevel = "info"): void {
  if (areMessagesJson()) {
    const lines = text.split("\n").map((line) => clean(line).trim());
    for (const line of lines.filter((each) => each !== "")) writeJsonMessage(level, line);
    return;
  }
  for (const wipe of wipes) wipe();
  writeTo(process.stderr, text);
}

/** Writes a warning to standard error, which a log knows by its level. */
export function writeWarning(text: string): void {
  writeMessage(areMessagesJson() ? text : `warning: ${text}\n`, "warn");
}

/** Writes one message as a line of JSON. `fields` say what it is about. */
export function writeJsonMessage(level: LogLevel, message: string, fields: object = {}): void {
  const runId = logs.get(process.stderr);
  const line = { time: new Date().toISOString(), level, runId, ...fields, message };
  writeTo(process.stderr, `${JSON.stringify(line)}\n`);
}

/** Writes to a stream unless it has failed before. */
export function writeTo(stream: Writable, text: string): void {
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

/** Resolves once the stream has written all it was given, or has failed. */
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
