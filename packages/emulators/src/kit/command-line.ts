import * as z from "zod";
import { parseDuration } from "./duration.ts";

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
