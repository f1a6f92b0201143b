import { dirname } from "node:path";
import type { PolicyError } from "@polyvol/backup";
import type { ConfigError } from "@polyvol/config";
import type { PolyvolError, PolyvolErrorCode } from "@polyvol/core";
import type { FleetError } from "@polyvol/fleet";
import { secondsText } from "./output/format.ts";
import { areErrorsData, areMessagesJson, writeJsonMessage, writeMessage } from "./output/streams.ts";
import { cleanFor, cleanLines, colour } from "./output/terminal.ts";

/** Exit codes of failures; the second is also that of a command line that cannot be understood. */
export const FAILED = 1;
export const CONFIGURATION = 2;

/** A command line that is understood but cannot be done as it stands. The process exits with 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A cloud that may have what a command names could not be looked at. The process exits with 1. */
export class CloudUnseen extends Error {
  override readonly name = "CloudUnseen";
  /** The cloud that could not be looked at. */
  readonly cloud: string;
  /** Where it was seen. */
  readonly seenOn: readonly string[];

  constructor(what: string, cloud: string, cause: unknown, seenOn: readonly string[]) {
    const also = seenOn.length === 0 ? "" : ` beside ${seenOn.join(" and ")}`;
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
  const { text, next, code } = explain(error, cloud);
  if (areErrorsData()) writeErrorData(errorData(error, cloud));
  else writeErrorText(text, next);
  return code;
}

/** Writes what went wrong, and what to do next. `data` is what programs read of it beside that. */
export function reportText(text: string, next: string | undefined, data: object = { code: "failed" }): void {
  if (areErrorsData()) writeErrorData({ ...data, message: text, ...(next === undefined ? {} : { next }) });
  else writeErrorText(text, next);
}

function writeErrorText(text: string, next: string | undefined): void {
  for (const line of cleanLines(text).split("\n")) {
    writeMessage(`${colour("bad", "error:", process.stderr)} ${line}\n`);
  }
  if (next !== undefined) reportNext(next);
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

/** Writes what to do next. */
function reportNext(next: string): void {
  writeMessage(`${colour("note", "next:", process.stderr)}  ${cleanLines(next)}\n`);
}

/** What went wrong, in words, and the exit code that it ends a command with. */
export function describeError(error: unknown): { readonly text: string; readonly code: number } {
  return explain(error, undefined);
}

/** A failure as `--output json` has it. */
export interface ErrorData {
  /** One of a `PolyvolError`, a `PolicyError` or a `FleetError`, or `usage`, `configuration`, `cloud_unseen`, `interrupted`, `timeout`, `failed`. */
  readonly code: string;
  /** In one sentence, with provider and operation; a line each for several problems of a configuration. */
  readonly message: string;
  /** What to do next. */
  readonly next?: string;
  /** The cloud by the name of the configuration. */
  readonly cloud?: string;
  /** More of a `PolyvolError` (`provider`, `operation`, `requestId` and so on), or of a `ConfigError` or `PolicyError` (`problems`). */
  readonly [detail: string]: unknown;
}

/** What programs get to know of a failure. Holds no secret. */
export function errorData(error: unknown, cloud?: string): ErrorData {
  const { next } = explain(error, cloud);
  const message = error instanceof Error ? error.message : String(error);
  const more = { ...(next === undefined ? {} : { next }), ...(cloud === undefined ? {} : { cloud }) };
  if (isBranded(error, "polyvol.error")) {
    const { name: _, ...data } = (error as PolyvolError).toJSON();
    return { ...(data as { code: string; message: string }), ...more };
  }
  if (isBranded(error, "polyvol.configError")) {
    const { file, problems } = error as ConfigError;
    return { code: "configuration", message, ...more, file, problems };
  }
  if (isBranded(error, "polyvol.policyError")) {
    const { code, problems } = error as PolicyError;
    return { code, message, ...more, ...(problems.length === 0 ? {} : { problems }) };
  }
  if (error instanceof UsageError) return { code: "usage", message, ...more };
  if (isBranded(error, "polyvol.fleetError")) return { code: (error as FleetError).code, message, ...more };
  if (error instanceof CloudUnseen) return { code: "cloud_unseen", message, ...more };
  return { code: error instanceof TimedOut ? "timeout" : "failed", message, ...more };
}

interface Explanation {
  readonly text: string;
  readonly next?: string | undefined;
  readonly code: number;
}

function explain(error: unknown, cloud: string | undefined): Explanation {
  const where = cloud === undefined ? "" : `${cloud}: `;
  if (isBranded(error, "polyvol.configError")) {
    const { message: text, retryable } = error as ConfigError;
    // A timer is to try again what may pass, such as an inventory that is away.
    return retryable === true ? { text, next: AGAIN, code: FAILED } : { text, code: CONFIGURATION };
  }
  if (isBranded(error, "polyvol.error")) {
    const failure = error as PolyvolError;
    const code = NEVER.includes(failure.code) ? CONFIGURATION : FAILED;
    return { text: `${where}${failure.message}`, next: nextStep(failure, cloud), code };
  }
  if (isBranded(error, "polyvol.policyError")) {
    const { code, message } = error as PolicyError;
    return { text: `${where}${message}`, code: NEVER.includes(code) ? CONFIGURATION : FAILED };
  }
  if (error instanceof UsageError) return { text: `${where}${error.message}`, code: CONFIGURATION };
  if (isBranded(error, "polyvol.fleetError")) return fleetExplanation(error as FleetError);
  if (error instanceof CloudUnseen) {
    const [seen] = error.seenOn;
    const next =
      seen === undefined
        ? explain(error.cause, error.cloud).next
        : `say which cloud is meant: --cloud ${seen}`;
    return { text: error.message, next, code: FAILED };
  }
  if (error instanceof TimedOut) return { text: `${where}${error.message}`, next: AGAIN, code: FAILED };
  return { text: `${where}${error instanceof Error ? error.message : String(error)}`, code: FAILED };
}

function fleetExplanation({ code, message: text }: FleetError): Explanation {
  if (code === "invalid_argument" || code === "unsuitable") return { text, code: CONFIGURATION };
  if (code === "unauthenticated")
    return { text, next: "check the user and password of --redis or POLYVOL_REDIS_URL", code: FAILED };
  const next = "see that Redis runs there and that this machine reaches it, then repeat";
  return { text, next, code: FAILED };
}

/** Whether an error is a `PolyvolError` with this code. Unlike core's `isPolyvolError` it does not load core. */
export function hasCode(error: unknown, code: PolyvolErrorCode): boolean {
  return isBranded(error, "polyvol.error") && (error as PolyvolError).code === code;
}

/** Whether it is the failure of a call to a cloud. */
export function isOfCloud(error: unknown): boolean {
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

const AGAIN = "the same command can be repeated: it continues and makes nothing twice";
/** Of a command that only looks. */
const LOOK_AGAIN = "the same command can be repeated";
/** Where the configuration says which host it is: `authUrl` on OpenStack, `baseUrl` elsewhere. */
const ADDRESS = "options.baseUrl or authUrl of the cloud";
const UNREACHED = `see that this machine reaches that host (network, proxy, ${ADDRESS}), then repeat`;
const ELSEWHERE = `look at ${ADDRESS} in the configuration`;

const BUSY = "wait until the resource is free, then repeat";
const OTHERS_WORK =
  "nothing was changed; repeat when what is under way has ended, or with a longer --timeout";
const WRONG_PLACE = `a service answers a listing so where its path is another: look at ${ADDRESS} in the configuration`;
/** What passes by itself. */
const REPEATABLE: readonly PolyvolErrorCode[] = ["rate_limited", "unavailable", "timeout"];
const WHICH = "say which one is meant: by --region where they differ in region, else by its id";
const WHICH_SERVER =
  "run it on a server of that cloud; where it cannot be told by itself which one that is: --server ID";
const BEFORE_DELETION =
  "polyvol volumes detach takes it off a server; --delete-snapshots deletes what is in the way with it; then repeat";
const NO_SERVER =
  "take the id of the server from the provider's console; it has to be in the volume's region";

const NEXT: Readonly<Partial<Record<PolyvolErrorCode, string>>> = {
  not_found: "polyvol volumes list and polyvol snapshots list show what there is",
  already_exists: "choose another name, or give the same arguments as before",
  conflict:
    "look at what the message names and at what it holds; what is one too many can be deleted by its id",
  failed_precondition: "bring it into the state that is needed, then repeat",
  permission_denied: "give the credentials the right to do this at the provider",
  resource_exhausted: "free something, or have the provider raise the quota",
};

/** What is known of a failure of a cloud. */
export type Failure = Pick<PolyvolError, "code"> &
  Partial<
    Pick<PolyvolError, "operation" | "outcome" | "resource" | "retryable" | "retryAfterMs" | "status">
  > & {
    /** The command that has failed changes nothing. */
    readonly readOnly?: boolean;
  };

/** By where a command writes: ` -c FILE` for those that it names. */
const configs = new WeakMap<object, string>();

/** Has the commands that hints name read the file of `--config`, too. */
export function nameConfigInHints(file: string): void {
  configs.set(process.stderr, ` -c ${/^[\w./-]+$/.test(file) ? file : JSON.stringify(file)}`);
}

/** What to do about a failure of a cloud. */
export function nextStep(error: Failure, cloud: string | undefined): string | undefined {
  if (error.code === "unauthenticated") {
    const which = cloud === undefined ? "" : ` --cloud ${cloud}`;
    const check = `polyvol clouds check${which}${configs.get(process.stderr) ?? ""}`;
    return `check the variable or file that the credentials come from, then: ${check}`;
  }
  if (error.operation === "findServer") return WHICH_SERVER;
  if (error.code === "timeout" && error.outcome === "not_applied" && !looks(error)) return OTHERS_WORK;
  if (REPEATABLE.includes(error.code)) return howToRepeat(error);
  if (error.code === "conflict" && error.retryable === true) return BUSY;
  if (error.code === "conflict" && error.operation?.endsWith(".find") === true) return WHICH;
  if (error.code === "not_found" && error.resource?.kind === "server") return NO_SERVER;
  if (error.code === "not_found" && asksForNone(error)) return WRONG_PLACE;
  // No resource has a wrong state: what is wrong with the cloud itself, the message says.
  if (error.code === "failed_precondition" && asksForNone(error)) return undefined;
  if (error.code === "failed_precondition" && error.operation === "volumes.delete") return BEFORE_DELETION;
  return NEXT[error.code];
}

function howToRepeat(error: Failure): string {
  const { code, retryAfterMs, status, outcome, operation } = error;
  const again = looks(error) ? LOOK_AGAIN : AGAIN;
  if (code === "timeout") return `${again}; --timeout gives it longer`;
  // Something else answers there, or something in between does.
  if (code === "unavailable" && status === 404) return `${ELSEWHERE}; when it is right, ${again}`;
  if (retryAfterMs !== undefined) return `wait ${secondsText(retryAfterMs)}; ${again}`;
  // There was no answer, and nothing can have been done.
  const unreached = code === "unavailable" && status === undefined;
  return unreached && (outcome === "not_applied" || (looks(error) && operation !== undefined))
    ? UNREACHED
    : again;
}

/** Whether what has failed was to change nothing. */
function looks({ operation, readOnly }: Failure): boolean {
  return readOnly === true || /^checkHealth$|\.(list|get|find)$/.test(operation ?? "");
}

/** Whether a request was for no single resource, so that no name and no id can be wrong. */
function asksForNone({
  operation,
  resource,
}: Partial<Pick<PolyvolError, "operation" | "resource">>): boolean {
  return resource === undefined && (operation?.endsWith(".list") === true || operation === "checkHealth");
}

/** The error about a file that could not be written, with the reason in words. */
export function unwritable(file: string, cause: unknown): Error {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const why = code === "ENOENT" ? `there is no folder ${dirname(file)} (ENOENT)` : (WHY[code] ?? message);
  return new Error(`${file} cannot be written: ${why}`, { cause });
}

const WHY: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder (EISDIR)",
  ENOTDIR: "a part of its path is no folder (ENOTDIR)",
  EACCES: "permission is missing (EACCES)",
  EROFS: "the disk is read-only (EROFS)",
  ENOSPC: "the disk is full (ENOSPC)",
};
