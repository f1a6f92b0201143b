import { allowedAt, omitUndefined, type Rule, suggestion } from "@polyvol/core/driver";
import type * as z from "zod/mini";
import type { ConfigPath, ConfigSource } from "./config.ts";
import { ConfigError, type ConfigProblem, pathText } from "./config-error.ts";

/** A problem at a path of a source, with its line where that is known. */
export function problemAt(
  { locate, from }: Pick<ConfigSource, "locate" | "from">,
  path: ConfigPath,
  rest: Omit<ConfigProblem, "path" | "position" | "from">,
): ConfigProblem {
  return omitUndefined({ path: pathText(path), from, position: locate(path), ...rest });
}

/** The error about one problem at a path of a source. */
export function refusedAt(
  source: Pick<ConfigSource, "file" | "locate" | "from">,
  path: ConfigPath,
  rest: Parameters<typeof problemAt>[2],
  options?: ConstructorParameters<typeof ConfigError>[2],
): ConfigError {
  return new ConfigError(source.file, [problemAt(source, path, rest)], options);
}

/** What zod found, in our words. `options` are the rules of those of a cloud. */
export function problemsOf(
  source: ConfigSource,
  error: Pick<z.core.$ZodError, "issues">,
  prefix: ConfigPath,
  options: Readonly<Record<string, Rule>> = {},
): ConfigProblem[] {
  const problems = error.issues.flatMap((issue) => {
    const path = [...prefix, ...(issue.path as ConfigPath)];
    const option = path[2] === "options" ? allowedAt(options, path.slice(3)) : undefined;
    if (issue.code === "unrecognized_keys") {
      const known = option ?? issue.message;
      return issue.keys.map((key) =>
        problemAt(source, [...path, key], {
          found: "an unknown key",
          allowed: known,
          ...suggestion(key, known.split(", ")),
        }),
      );
    }
    // Keys of records are reported inside the issue.
    const inner = issue.code === "invalid_key" ? issue.issues[0]?.message : undefined;
    const found = inner === undefined ? foundAt(source.value, path) : show(path.at(-1));
    return [problemAt(source, path, { found, allowed: inner ?? option ?? issue.message })];
  });
  // What breaks two rules of one value is wrong once.
  const texts = problems.map((problem) => JSON.stringify(problem));
  return problems.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}

/** Describes the value at a path, without its content wherever that could be a secret. */
function foundAt(top: unknown, path: ConfigPath): string {
  let value = top;
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  const [, , part] = path;
  const plain =
    (path.length === 3 && ["provider", "region", "snapshotPrice", "account"].includes(String(part))) ||
    // An address can carry a password.
    (part === "options" && path.length > 3 && !/[@?]/.test(String(value)));
  return plain ? show(value) : kindOf(value);
}

const LONGEST = 60;

/** What kind of value it is, without any of its content. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (value === "") return "an empty text";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "object":
      return "a mapping";
    case "function":
      return "a function";
    default:
      return `a ${typeof value}`;
  }
}

/** A plain value as it stands, cut when long; of anything else only its kind. */
export function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string" || value === "") return kindOf(value);
  return JSON.stringify(value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}
