import * as z from "zod";

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Reads a span of time such as `20ms`, `5s`, `10m`, `1h30m` or `0` and gives milliseconds; `undefined` when the
 * text is not one.
 */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  return total;
}

/** A span of time in the largest unit that it is a whole number of: `10m`, `1500ms`, `0`. */
export function formatDuration(ms: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => ms % size === 0) ?? ["ms", 1];
  return ms === 0 ? "0" : `${ms / size}${unit}`;
}

/** A command line that cannot be understood; the message is one line. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Reads the value of an option, whose name is for messages; throws `UsageError`. */
export type Read<Value = unknown> = (text: string, name: string) => Value;

/** Reads a span of time such as `20ms`, `5s` or `0`, in milliseconds. */
export const readDuration: Read<number> = (text, name) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new UsageError(`${name} takes a time such as 20ms, 5s, 10m or 0, not "${text}"`);
};

/** How a field of a schema of options is given on the command line. */
export interface CommandLine {
  /** In the form of commander: `--volume-limit <n>`. */
  readonly flags: string;
  /** One sentence without a full stop. The default is added to it. */
  readonly help: string;
  /** Reads the text, or one of several texts where the field is a list. Default: by the type of the field. */
  readonly read?: Read;
}

/** The fields that the command line takes, registered with their schema; all others are for `--options FILE`. */
export const commandLine = z.registry<CommandLine>();

/** The surroundings of the emulators' command line. */
export interface CommandIo {
  /** What is typed to run it, for messages and help texts. Default `polyvol-emulator`. */
  readonly program?: string | undefined;
  /** Writes to standard output; the text ends with a line feed. */
  out(text: string): void;
  /** Writes to standard error; the text ends with a line feed. */
  err(text: string): void;
  /** Takes what went wrong, in a sentence. Default: a line of `err` that begins with `error:`. */
  fail?(message: string): void;
  /** Takes a warning, in a sentence. Default: a line of `err` that begins with `warning:`. */
  warn?(message: string): void;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Resolves when the server is to stop. Called once it is listening. */
  untilStopped(): Promise<void>;
}

export function fail(io: CommandIo, message: string): void {
  if (io.fail) io.fail(message);
  else io.err(`error: ${message}\n`);
}

export function warn(io: CommandIo, message: string): void {
  if (io.warn) io.warn(message);
  else io.err(`warning: ${message}\n`);
}
