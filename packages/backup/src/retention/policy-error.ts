import { suggestion } from "@polyvol/core/driver";
import type * as z from "zod";
import { knownTimeZones, TIME_ZONE_NAME } from "./time-zone.ts";

/** One thing that is wrong with a policy, a schedule or a list of snapshots. */
export interface PolicyProblem {
  /** Where: `policy.daily`, `policy.keepTags[0]`, `snapshots[3].time`, `schedule.cron`. */
  readonly path: string;
  /** What stands there, shortened. */
  readonly found: string;
  /** What may stand there, in words. */
  readonly allowed: string;
  /** What was most likely meant, as a sentence, where something near is known. */
  readonly hint?: string;
}

/** `invalid_argument`: the input is malformed. `failed_precondition`: it is well formed but unsafe to carry out. */
export type PolicyErrorCode = "invalid_argument" | "failed_precondition";

const BRAND = Symbol.for("polyvol.policyError");

/** A retention policy, a schedule or their input was refused. Nothing was decided. Test with {@link isPolicyError}. */
export class PolicyError extends Error {
  /** Always `PolicyError`. */
  override readonly name: string = "PolicyError";
  /** Whether the input is malformed, or well formed and unsafe. */
  readonly code: PolicyErrorCode;
  /** Every problem found, not only the first; empty when the message says it all. */
  readonly problems: readonly PolicyProblem[];

  constructor(code: PolicyErrorCode, message: string, problems: readonly PolicyProblem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether `error` is a {@link PolicyError} of any copy of this package, as with both module formats in one process. */
export function isPolicyError(error: unknown): error is PolicyError {
  return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
}

/** Parses `value` by `schema`, or throws a {@link PolicyError} that lists every problem below `root`. */
export function parseOrThrow<T>(schema: z.ZodType<T>, value: unknown, root: string): T {
  return withinDepth(root, () => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    throw invalidArgument(result.error.issues.flatMap((issue) => describeIssue(issue, value, root)));
  });
}

/** Does what goes through a value level by level. @throws PolicyError where there are too many of them */
export function withinDepth<T>(root: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // The stack is full.
    if (!(error instanceof RangeError && /stack/.test(error.message))) throw error;
    const allowed = "data with few levels, as Polyvol writes it";
    throw invalidArgument([{ path: root, found: "what is nested too deeply", allowed }]);
  }
}

/** The error for input with these problems, one line each. */
export function invalidArgument(problems: readonly PolicyProblem[]): PolicyError {
  const lines = problems.map(({ path, found, allowed, hint }) => {
    const more = hint === undefined ? "" : `. ${hint}`;
    return `${path}: found ${found}, allowed: ${allowed}${more}`;
  });
  return new PolicyError("invalid_argument", lines.join("\n"), problems);
}

/** Refuses what is no date, or none that there is. @throws PolicyError `invalid_argument` */
export function checkDate(value: unknown, path: string): void {
  // Not `instanceof`: test runners have a `Date` of their own.
  const { getTime } = Object(value) as { readonly getTime?: unknown };
  const isDate = typeof getTime === "function";
  if (isDate && !Number.isNaN((value as Date).getTime())) return;
  const found = isDate ? "an invalid date" : showFound(value);
  throw invalidArgument([{ path, found, allowed: isDate ? "a valid date" : "a Date" }]);
}

/** A value as shown in a message: JSON, cut at 60 characters. */
export function showFound(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "number" ? String(value) : textOf(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** As JSON; of what is none, such as a bigint, or an object that holds itself, its kind. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return typeof value === "bigint" ? `${value}n` : `what is no JSON (${typeof value})`;
  }
}

/** The schemas of this package carry what is allowed as their message, so an issue only lacks what was found. */
function describeIssue(issue: z.core.$ZodIssue, input: unknown, root: string): PolicyProblem[] {
  const path = `${root}${issue.path.map(pathStep).join("")}`;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: path + pathStep(key),
      found: "an unknown key",
      allowed: issue.message,
      // The message of an object ends with its keys.
      ...suggestion(key, issue.message.replace(/^.* keys /, "").split(", ")),
    }));
  }
  const value = valueAt(input, issue.path);
  const isZone = issue.message === TIME_ZONE_NAME && typeof value === "string";
  const near = isZone ? suggestion(value, knownTimeZones()) : undefined;
  return [{ path, found: showFound(value), allowed: issue.message, ...near }];
}

function pathStep(step: PropertyKey): string {
  return typeof step === "number" ? `[${step}]` : `.${String(step)}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}
