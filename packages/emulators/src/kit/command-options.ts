import { readFileSync, statSync } from "node:fs";
import { Option } from "commander";
import * as z from "zod";
import {
  type CommandLine,
  commandLine,
  formatDuration,
  type Read,
  readDuration,
  UsageError,
} from "./command-line.ts";
import { parseJsonText } from "./json-text.ts";
import { InvalidInput } from "./validation.ts";

export const wholeNumber: Read<number> = (text, name) => {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`${name} takes a whole number of 0 or more, not "${text}"`);
};

export const httpAddress: Read<string> = (text, name) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return text.replace(/\/+$/, "");
  throw new UsageError(`${name} takes a URL such as http://emulator.test:4010, not "${text}"`);
};

function oneOf<Value extends string>(choices: readonly Value[]): Read<Value> {
  const list = [choices.slice(0, -1).join(", "), ...choices.slice(-1)].join(" or ");
  return (text, name) => {
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new UsageError(`${name} takes ${list}, not "${text}"`);
  };
}

function listOf(choices: readonly string[]): Read<readonly string[]> {
  return (text, name) => {
    const items = text.split(",").filter((item) => item !== "");
    const wrong = items.find((item) => !choices.includes(item));
    if (wrong === undefined) return items;
    throw new UsageError(`${name} takes ${choices.join(",")}, not "${wrong}"`);
  };
}

/** A file that an option names. */
export interface JsonFile {
  /** Reads the file and runs `use`; a complaint about what the file holds becomes one that names option and file. */
  use<Result>(use: (value: unknown) => Result): Result;
}

/** A made-up account of 250,000 snapshots has less than half of it. */
const MOST_BYTES = 256 * 1024 * 1024;

export const jsonFile: Read<JsonFile> = (path, name) => ({
  use(use) {
    const value = readJson(path, name);
    try {
      return use(value);
    } catch (error) {
      if (error instanceof InvalidInput) throw new UsageError(`${name} ${path}: ${error.message}`);
      throw error;
    }
  },
});

function readJson(path: string, name: string): unknown {
  let text: string;
  try {
    refuseUnfit(path, name);
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UsageError(`${name}: cannot read ${path} (${code})`);
  }
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new UsageError(`${name}: ${path} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

/** A pipe that nobody writes to, or a device without an end, would be read for ever. */
function refuseUnfit(path: string, name: string): void {
  const stats = statSync(path);
  const isGiven = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/.test(path);
  if (stats.size > MOST_BYTES) throw new UsageError(`${name}: ${path} is larger than 256 MiB`);
  if (!stats.isFile() && !(isGiven && !stats.isDirectory())) {
    throw new UsageError(`${name}: ${path} is no regular file`);
  }
}

/** An option of a command line; without `read` its value is the text, or `true` where the flags take none. */
export function option(flags: string, help: string, read?: Read): Option {
  const made = new Option(flags, help);
  return read === undefined ? made : made.argParser((text: string) => read(text, made.long ?? flags));
}

/** An option that may be given more than once; its value is a list. */
export function repeatable(flags: string, help: string, read: Read = (text) => text): Option {
  const made = new Option(flags, `${help} (repeatable)`);
  return made.argParser((text: string, earlier: readonly unknown[] = []) => [
    ...earlier,
    read(text, made.long ?? flags),
  ]);
}

/** An option with a few values to choose from. */
export function choice(flags: string, help: string, choices: readonly string[]): Option {
  const made = option(flags, help, oneOf(choices));
  made.argChoices = [...choices];
  return made;
}

/** The command-line options of a schema, in its order. Each puts its value under the name of its field. */
export function optionsOf(schema: z.ZodObject): readonly Option[] {
  return Object.entries(schema.shape).flatMap(([field, type]) => {
    const about = commandLine.get(type);
    if (about === undefined) return [];
    const made = optionFor(type, about);
    made.attributeName = () => field;
    return [made];
  });
}

function optionFor(type: z.core.$ZodType, { flags, help, read }: CommandLine): Option {
  const { inner, fallback } = unwrapped(type);
  const isDuration = inner instanceof z.ZodNumber && inner.format !== "safeint";
  const shown = isDuration && typeof fallback === "number" ? formatDuration(fallback) : fallback;
  const about = shown === undefined ? help : `${help}; default ${shown}`;
  if (inner instanceof z.ZodBoolean) return option(flags, help);
  if (inner instanceof z.ZodArray) {
    const { element } = inner;
    if (element instanceof z.ZodEnum) return option(flags, help, listOf(element.options.map(String)));
    return repeatable(flags, help, read);
  }
  if (read !== undefined) return option(flags, about, read);
  if (inner instanceof z.ZodEnum) return choice(flags, about, inner.options.map(String));
  if (inner instanceof z.ZodNumber) return option(flags, about, isDuration ? readDuration : wholeNumber);
  return option(flags, about);
}

/** The type that a default, an optional or a read-only one is made of. A number comes first in a union. */
function unwrapped(type: z.core.$ZodType): { readonly inner: z.core.$ZodType; readonly fallback: unknown } {
  let inner = type;
  let fallback: unknown;
  for (;;) {
    if (inner instanceof z.ZodDefault) fallback = inner.def.defaultValue;
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodOptional || inner instanceof z.ZodReadonly)
      inner = inner.def.innerType;
    else if (inner instanceof z.ZodPipe) inner = inner.def.in;
    else if (inner instanceof z.ZodUnion) inner = inner.options[0] ?? inner;
    else return { inner, fallback };
    if (inner === undefined) return { inner: type, fallback };
  }
}
