import { type ParseArgsConfig, parseArgs } from "node:util";
import { type CommandInput, type CommandOption, UsageError } from "./command.ts";
import { parseDuration } from "./duration.ts";

/** The readers of `CommandInput`, before the shared options have been understood. */
export type CommandValues = Pick<CommandInput, "text" | "texts" | "flag" | "whole" | "duration">;

type Options = Readonly<Record<string, CommandOption>>;

function parse(args: readonly string[], options: Options): Record<string, unknown> {
  const config: ParseArgsConfig["options"] = {};
  for (const [name, { type, multiple = false }] of Object.entries(options)) config[name] = { type, multiple };
  try {
    return parseArgs({ args: [...args], options: config, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UsageError(line);
  }
}

/** Reads the arguments after the provider's name; throws `UsageError` for anything that is not an option of it. */
export function readArguments(args: readonly string[], options: Options): CommandValues {
  const values = parse(args, options);

  const texts = (name: string): readonly string[] => {
    const value = values[name];
    if (Array.isArray(value)) return value.map(String);
    return typeof value === "string" ? [value] : [];
  };
  const text = (name: string): string | undefined => texts(name).at(-1);

  return {
    text,
    texts,
    flag: (name) => values[name] === true,
    whole(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      if (!/^\d{1,15}$/.test(value))
        throw new UsageError(`--${name} takes a whole number of 0 or more, not "${value}"`);
      return Number(value);
    },
    duration(name) {
      const value = text(name);
      if (value === undefined) return undefined;
      const ms = parseDuration(value);
      if (ms === undefined)
        throw new UsageError(`--${name} takes a time such as 20ms, 5s, 10m or 0, not "${value}"`);
      return ms;
    },
  };
}
