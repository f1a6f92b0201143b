import { dirname } from "node:path";
import type { PolicyError } from "@polyvol/backup";
import type { ConfigError } from "@polyvol/config";
import type { PolyvolError, PolyvolErrorCode } from "@polyvol/core";
import type { FleetError } from "@polyvol/fleet";
import { AGAIN, AGAIN_OR_LONGER, nextStep } from "./next-step.ts";
import { asTyped } from "./option-names.ts";
import { listText } from "./output/format.ts";
import { areErrorsData, areMessagesJson, writeJsonMessage, writeMessage } from "./output/streams.ts";
import { cleanFor, cleanLines, colour } from "./output/terminal.ts";

/** Exit codes of failures; the second is also that of a command line that cannot be understood. */
export const FAILED = 1;
export const CONFIGURATION = 2;

/** A command line that is understood but cannot be done as it stands. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The error about names that nothing has, with one that is near to one of them. */
export async function unknownName(
  words: string,
  names: readonly string[],
  known: readonly string[],
): Promise<UsageError> {
  const { suggestion } = await import("@polyvol/core/driver");
  const [hint] = names.flatMap((name) => suggestion(name, known)?.hint ?? []);
  return new UsageError(hint === undefined ? words : `${words}. ${hint}`);
}

/** A cloud that may have what a command names could not be looked at. The process exits with 1. */
export class CloudUnseen extends Error {
  override readonly name = "CloudUnseen";
  /** The cloud that could not be looked at. */
  readonly cloud: string;
  /** Where it was seen. */
  readonly seenOn: readonly string[];

  constructor(what: string, cloud: string, cause: unknown, seenOn: readonly string[]) {
    const also = seenOn.length === 0 ? "" : ` beside ${listText(seenOn)}`;
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${what}: whether it is on ${cloud}${also} could not be seen; nothing was done: ${why}`, { cause });
    this.cloud = cloud;
    this.seenOn = seenOn;
  }
}

/** The time of `--timeout` is used up. The process exits with 1. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/** Codes that no repetition can make right: the command line asks for what cannot be. */
const NEVER: readonly PolyvolErrorCode[] = ["invalid_argument", "out_of_range", "unsupported"];

/** Writes what went wrong and what to do next, and returns the exit code. `cloud` is where it went wrong. */
export function reportError(error: unknown, cloud?: string): number {
  const { text, next, exitCode } = describeError(error, cloud);
  if (areErrorsData()) writeErrorData(errorData(error, cloud));
  else writeErrorText(text, next);
  return exitCode;
}

/** Writes what went wrong, and what to do next. `data` is what programs read of it beside that. */
export function reportText(text: string, next: string | undefined, data: object = { code: "failed" }): void {
  if (areErrorsData()) writeErrorData({ ...data, message: text, next });
  else writeErrorText(text, next);
}

function writeErrorText(text: string, next: string | undefined): void {
  for (const line of cleanLines(text).split("\n")) {
    writeMessage(`${colour("bad", "error:", process.stderr)} ${line}\n`);
  }
  if (next !== undefined) writeMessage(`${colour("note", "next:", process.stderr)}  ${cleanLines(next)}\n`);
}

/** Writes a failure as one line of standard error, which a program can tell from progress by its first character. */
export function writeErrorData(error: {
  readonly message: string;
  readonly [detail: string]: unknown;
}): void {
  const { message, ...fields } = error;
  if (areMessagesJson()) writeJsonMessage("error", message, fields);
  else writeMessage(cleanFor(process.stderr, `${JSON.stringify({ error })}\n`));
}

/** A failure as `--output json` has it. */
export interface ErrorData {
  /** One of a `PolyvolError`, a `PolicyError` or a `FleetError`, or `usage`, `configuration`, `cloud_unseen`, `interrupted`, `timeout`, `failed`. */
  readonly code: string;
  /** In one sentence, with provider and operation; a line each for several problems of a configuration. */
  readonly message: string;
  /** What to do next. */
  readonly next?: string | undefined;
  /** The cloud by the name of the configuration. */
  readonly cloud?: string | undefined;
  /** More of a `PolyvolError` (`provider`, `operation`, `requestId` and so on), or of a `ConfigError` or `PolicyError` (`problems`). */
  readonly [detail: string]: unknown;
}

/** What programs get to know of a failure. Holds no secret. */
export function errorData(error: unknown, cloud?: string): ErrorData {
  const { code, next, details } = classify(error, cloud);
  return { code, message: messageOf(error), ...details, next, cloud };
}

/** What went wrong in words, with its place, what to do next, and the exit code that it ends a command with. */
export function describeError(
  error: unknown,
  cloud?: string,
): { readonly text: string; readonly next: string | undefined; readonly exitCode: number } {
  const { next, exitCode } = classify(error, cloud);
  // What is wrong with a configuration names its place itself.
  const where = cloud === undefined || namesItsPlace(error) ? "" : `${cloud}: `;
  return { text: `${where}${messageOf(error)}`, next, exitCode };
}

/** Whether it is about a place in the configuration, which says of which cloud it is. */
function namesItsPlace(error: unknown): boolean {
  return (
    isBranded(error, "polyvol.configError") &&
    (error as ConfigError).problems.every(({ path }) => path !== "")
  );
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof UsageError ? error.message : asTyped(error.message);
}

/** What follows from the kind of a failure. */
interface Classified {
  readonly code: string;
  readonly exitCode: number;
  readonly next?: string | undefined;
  /** What programs get to know beside that. */
  readonly details?: object;
}

function classify(error: unknown, cloud: string | undefined): Classified {
  if (isBranded(error, "polyvol.configError")) {
    const { file, problems, retryable } = error as ConfigError;
    // A timer is to try again what may pass, such as an inventory that is away.
    const [exitCode, next] = retryable === true ? [FAILED, AGAIN] : [CONFIGURATION, undefined];
    return { code: "configuration", exitCode, next, details: { file, problems } };
  }
  if (isOfCloud(error)) {
    const { code } = error;
    const { name: _, message: __, ...details } = error.toJSON();
    return { code, exitCode: exitCodeOf(code), next: nextStep(error, cloud), details };
  }
  if (isBranded(error, "polyvol.policyError")) {
    const { code, problems } = error as PolicyError;
    return { code, exitCode: exitCodeOf(code), details: problems.length === 0 ? {} : { problems } };
  }
  if (error instanceof UsageError) return { code: "usage", exitCode: CONFIGURATION };
  if (isBranded(error, "polyvol.fleetError")) return classifyFleet(error as FleetError);
  if (error instanceof CloudUnseen) {
    const [seen] = error.seenOn;
    const why = classify(error.cause, error.cloud).next;
    const next = seen === undefined ? why : `say which cloud is meant: --cloud ${seen}`;
    return { code: "cloud_unseen", exitCode: FAILED, next };
  }
  if (error instanceof TimedOut) return { code: "timeout", exitCode: FAILED, next: AGAIN_OR_LONGER };
  return { code: "failed", exitCode: FAILED };
}

function classifyFleet({ code }: FleetError): Classified {
  if (code === "invalid_argument" || code === "unsuitable") return { code, exitCode: CONFIGURATION };
  const next =
    code === "unauthenticated"
      ? "check the user and password of --redis or POLYVOL_REDIS_URL"
      : "see that Redis runs there and that this machine reaches it, then repeat";
  return { code, exitCode: FAILED, next };
}

/** The exit code of a failure of this kind. */
export function exitCodeOf(code: PolyvolErrorCode): number {
  return NEVER.includes(code) ? CONFIGURATION : FAILED;
}

/**
 * The exit code of several failures: what is wrong with the command line or the configuration alone stays so, and whatever
 * else failed may pass.
 */
export function exitCodeOfAll(codes: readonly number[]): number {
  if (codes.length === 0) return 0;
  return codes.every((code) => code === CONFIGURATION) ? CONFIGURATION : FAILED;
}

/** Whether an error is a `PolyvolError` with this code. Unlike core's `isPolyvolError` it does not load core. */
export function hasCode(error: unknown, code: PolyvolErrorCode): boolean {
  return isOfCloud(error) && error.code === code;
}

/** What is found; `undefined` where it is not there. */
export async function undefinedIfMissing<T>(finding: Promise<T>): Promise<T | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (hasCode(error, "not_found")) return undefined;
    throw error;
  }
}

/** Whether it is the failure of a call to a cloud. */
export function isOfCloud(error: unknown): error is PolyvolError {
  return isBranded(error, "polyvol.error");
}

/** Compares the brands of the error classes, so that reporting an error loads neither package. */
function isBranded(error: unknown, brand: string): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    (error as Record<symbol, unknown>)[Symbol.for(brand)] === true
  );
}

/** The error about a file that could not be written, with the reason in words. */
export function unwritable(file: string, cause: unknown): Error {
  return new Error(`${file} cannot be written: ${whyUnwritable(file, cause)}`, { cause });
}

/** Why a file or folder could not be made, in words. */
export function whyUnwritable(file: string, cause: unknown): string {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return code === "ENOENT" ? `there is no folder ${dirname(file)} (ENOENT)` : (WHY[code] ?? message);
}

const WHY: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder (EISDIR)",
  ENOTDIR: "a part of its path is no folder (ENOTDIR)",
  EACCES: "permission is missing (EACCES)",
  EROFS: "the disk is read-only (EROFS)",
  ENOSPC: "the disk is full (ENOSPC)",
};
