import { isPolyvolError, PolyvolError, type PolyvolErrorCode } from "@polyvol/core";
import { fitWords, omitUndefined } from "@polyvol/core/driver";
import { isPolicyError } from "./retention/policy-error.ts";

/** What a failure kept from being done, where it happened. */
export type ProblemEffect =
  /** Neither a snapshot was taken nor one deleted. */
  | "nothing_done"
  /** No snapshot was deleted. */
  | "nothing_deleted"
  /** Everything was done; it needs attention all the same. */
  | "attention";

/** Something that went wrong, as data that can be stored and sent. */
export interface BackupProblem {
  /** The code of the error behind it, as in `@polyvol/core`. */
  readonly code: PolyvolErrorCode;
  /** In full sentences, with the figures; never with a secret. */
  readonly message: string;
  /** What it kept from being done. */
  readonly effect: ProblemEffect;
  /** Where: of what is absent, all are concerned. */
  readonly cloud?: string;
  /** The policy. */
  readonly policyId?: string;
  /** Id of the volume. */
  readonly volumeId?: string;
  /** Name of the volume. */
  readonly volumeName?: string;
  /** Name of the snapshot. */
  readonly snapshotName?: string;
  /** The hook of the policy that failed, where it was one. */
  readonly hook?: HookName;
  /** The program that failed, where it was a command that reads a snapshot. */
  readonly program?: string;
  /** Whether the same can succeed later without a change. */
  readonly retryable?: boolean;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Who was asked gave no answer, so that nothing was done there: the network, a proxy or the address is to be looked at. */
  readonly unreached?: true;
}

/** A problem without its place. */
export type UnplacedProblem = Pick<BackupProblem, "code" | "message" | "effect">;

/** Where a problem is. */
export type ProblemPlace = Pick<
  BackupProblem,
  "cloud" | "policyId" | "volumeId" | "volumeName" | "snapshotName"
>;

/** A failure as a problem. */
export function problemOf(error: unknown, effect: ProblemEffect, place: ProblemPlace): BackupProblem {
  if (isPolyvolError(error)) {
    const { code, message, retryable, retryAfterMs } = error;
    const hook = error instanceof HookError ? error.hook : undefined;
    const program = error instanceof CommandError ? error.program : undefined;
    const unreached = isUnreached(error) || undefined;
    const about = omitUndefined({ hook, program, retryable, retryAfterMs, unreached });
    return { code, message, effect, ...place, ...about };
  }
  if (isConfigError(error)) {
    const { message, retryable } = error;
    return { code: retryable ? "unavailable" : "invalid_argument", message, effect, ...place, retryable };
  }
  if (isPolicyError(error)) return { code: error.code, message: error.message, effect, ...place };
  const message = fitWords(error instanceof Error ? error.message : String(error));
  return { code: "unknown", message, effect, ...place };
}

const CONFIG_BRAND = Symbol.for("polyvol.configError");

/** Whether a cloud could not be connected for its configuration, by the brand of `@polyvol/config`, which is not loaded here. */
function isConfigError(error: unknown): error is Error & { readonly retryable: boolean } {
  return error instanceof Error && (error as unknown as Record<symbol, unknown>)[CONFIG_BRAND] === true;
}

/** Whether there was no answer at all, and nothing can have been done. */
function isUnreached({ code, status, outcome, operation = "" }: PolyvolError): boolean {
  const looks = /^checkHealth$|\.(list|get|find)$/.test(operation);
  return code === "unavailable" && status === undefined && (outcome === "not_applied" || looks);
}

/** On which side of a snapshot a hook runs. */
export type HookName = "before" | "after";

/** A failure of a hook, told apart from one of a cloud. */
export class HookError extends PolyvolError {
  /** Which hook of the policy failed. */
  readonly hook: HookName;

  constructor(hook: HookName, code: PolyvolErrorCode, reason: string) {
    super(code, reason);
    this.hook = hook;
  }
}

/** A failure of a command that was given the data of a snapshot, told apart from one of a cloud. */
export class CommandError extends PolyvolError {
  /** The program that failed. */
  readonly program: string;

  constructor(program: string, code: PolyvolErrorCode, reason: string) {
    super(code, reason);
    this.program = program;
  }
}
