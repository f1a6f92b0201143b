import { relative, resolve } from "node:path";
import type { ConfigPath, Position } from "./config.ts";

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Such as `clouds.main.options.settleMs`; empty for the file as a whole. */
  readonly path: string;
  /** Where it comes from, in words, where that is a source of clouds and not the file itself. */
  readonly from?: string;
  /** Where it stands in the file, where that is known. */
  readonly position?: Position;
  /** What is there; never a secret. */
  readonly found: string;
  /** What may stand there, in words. */
  readonly allowed: string;
  /** What to do about it, as a sentence. */
  readonly hint?: string;
}

const BRAND = Symbol.for("polyvol.configError");

/** A configuration that cannot be used. `message` has one line for each of `problems`. */
export class ConfigError extends Error {
  /** Always `ConfigError`. */
  override readonly name: string = "ConfigError";
  /** Absolute path, where there is a file. */
  readonly file: string | undefined;
  /** Every problem found, in the order of the file. */
  readonly problems: readonly ConfigProblem[];
  /**
   * Whether the same can succeed later without a change: a source of clouds could not be asked, or gave something else than
   * clouds. What is wrong in a file stays so.
   */
  readonly retryable: boolean;

  constructor(
    file: string | undefined,
    problems: readonly ConfigProblem[],
    { retryable = false, ...options }: ErrorOptions & { readonly retryable?: boolean } = {},
  ) {
    super(problems.map((problem) => describe(file, problem)).join("\n"), options);
    this.file = file;
    this.problems = problems;
    this.retryable = retryable;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether `error` is a {@link ConfigError} of any copy of this package. */
export function isConfigError(error: unknown): error is ConfigError {
  return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/** `clouds.main.options.quotas[0].requests` */
export function pathText(path: ConfigPath): string {
  return path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`;
      if (!/^[\w$-]+$/.test(key)) return `[${JSON.stringify(key)}]`;
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}

/** The first line of what went wrong: what follows is for those who wrote the code. */
export function firstLineOf(error: unknown): string {
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line;
}

/** How a file is named to people: relative where it lies below the working directory. */
export function fileText(file: string): string {
  const folder = workingFolder();
  const near = folder === undefined ? "" : relative(folder, resolve(folder, file));
  return near === "" || near.startsWith("..") ? file : near;
}

/** The working directory; none where it was removed meanwhile. */
export function workingFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function describe(file: string | undefined, problem: ConfigProblem): string {
  const { position } = problem;
  const line = position === undefined ? "" : `:${position.line}:${position.column}`;
  const name = problem.from ?? (file === undefined ? undefined : fileText(file));
  const place = [
    name === undefined ? "configuration" : `${name}${line}`,
    ...(problem.path === "" ? [] : [problem.path]),
  ].join(": ");
  const hint = problem.hint === undefined ? "" : `. ${problem.hint}`;
  return `${place}: found ${problem.found}; allowed: ${problem.allowed}${hint}`;
}
