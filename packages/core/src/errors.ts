import { omitUndefined } from "./omit-undefined.ts";
import { fitName, fitWords } from "./words.ts";

/**
 * What went wrong, in the few words that callers act on.
 *
 * - `invalid_argument`: the input can never be accepted; change it.
 * - `out_of_range`: a size that the resource or the provider does not allow.
 * - `not_found`, `already_exists`: as they say; `already_exists` means "of that name, with other arguments".
 * - `conflict`: the resource is busy, or the name is held in a way that cannot be resolved safely.
 * - `failed_precondition`: the resource is in a state that forbids it (attached, has snapshots, not available).
 * - `unauthenticated`, `permission_denied`: wrong credentials; right ones without the permission.
 * - `resource_exhausted`: a quota of resources or capacity is full.
 * - `rate_limited`: too many requests or too soon; see `retryAfterMs`.
 * - `unsupported`: this provider cannot do it; nothing was sent.
 * - `unavailable`: network or service failure.
 * - `timeout`: the deadline of the call passed.
 * - `malformed_response`: an answer that breaks the provider's own contract.
 * - `operation_failed`: accepted, and then failed at the provider.
 * - `unknown`: none of these could be told.
 */
export type PolyvolErrorCode =
  | "invalid_argument"
  | "out_of_range"
  | "not_found"
  | "already_exists"
  | "conflict"
  | "failed_precondition"
  | "unauthenticated"
  | "permission_denied"
  | "resource_exhausted"
  | "rate_limited"
  | "unsupported"
  | "unavailable"
  | "timeout"
  | "malformed_response"
  | "operation_failed"
  | "unknown";

/** Names the resource that an error is about: by id, by name, or both. */
export interface ResourceRef {
  /** What it is. A server only where an attach or detach found none of that id. */
  readonly kind: "volume" | "snapshot" | "server";
  /** The provider's id, where it is known. */
  readonly id?: string;
  /** The name, where it is known. */
  readonly name?: string;
}

/** Whether a change reached the provider: `not_applied` is certain, `unknown` is honest. */
export type ChangeOutcome = "not_applied" | "unknown";

/** What is known of a failure beside its code and reason. */
export interface PolyvolErrorDetails {
  /** The driver's provider name. */
  readonly provider?: string | undefined;
  /** The public call, such as `volumes.create`. */
  readonly operation?: string | undefined;
  /** What the call was about. */
  readonly resource?: ResourceRef | undefined;
  /** The provider's id of the request, for its support. */
  readonly requestId?: string | undefined;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  /** The provider's own error code, where it gave one. */
  readonly providerCode?: string | undefined;
  /** How often the failing request was sent. */
  readonly attempts?: number | undefined;
  /** Whether the same call can succeed later without being changed. */
  readonly retryable?: boolean | undefined;
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** On errors of changes: whether anything may have happened. */
  readonly outcome?: ChangeOutcome | undefined;
  /**
   * The refusal itself hints that the resource may already be there (a name conflict, a "too soon"): look before
   * anything else. Set by drivers, read by core.
   */
  readonly mayAlreadyExist?: boolean | undefined;
  /** The failure underneath. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for("polyvol.error");

/**
 * The one error class. Check it with {@link isPolyvolError} and act on `code`, never on message text: a process
 * may hold two copies of the class (one from an ES module, one from CommonJS).
 */
export class PolyvolError extends Error implements PolyvolErrorDetails {
  /** Always `PolyvolError`. */
  override readonly name: string = "PolyvolError";
  /** What went wrong; what callers act on. */
  readonly code: PolyvolErrorCode;
  /** The failure in one sentence, without the provider, operation and resource that `message` adds. */
  readonly reason: string;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  readonly resource: ResourceRef | undefined;
  readonly requestId: string | undefined;
  readonly status: number | undefined;
  readonly providerCode: string | undefined;
  readonly attempts: number | undefined;
  /**
   * Whether it passes by itself, soon: the same call can succeed without being changed. Where that is safe, core has
   * repeated it already. A long wait, which is the caller's to decide on, is `retryAfterMs` without it.
   */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly outcome: ChangeOutcome | undefined;
  readonly mayAlreadyExist: boolean;

  /** `reason` may hold words of a service: they are made fit, as all of `message` is. `details` stay as they are. */
  constructor(code: PolyvolErrorCode, reason: string, details: PolyvolErrorDetails = {}) {
    const fit = fitWords(reason);
    super(composeMessage(code, fit, details), details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.reason = fit;
    this.provider = details.provider;
    this.operation = details.operation;
    this.resource = details.resource;
    this.requestId = details.requestId;
    this.status = details.status;
    this.providerCode = details.providerCode;
    this.attempts = details.attempts;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.outcome = details.outcome;
    this.mayAlreadyExist = details.mayAlreadyExist ?? false;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Plain data for logs; holds no secret and no raw body. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      provider: this.provider,
      operation: this.operation,
      resource: this.resource,
      requestId: this.requestId,
      status: this.status,
      providerCode: this.providerCode,
      attempts: this.attempts,
      retryable: this.retryable,
      retryAfterMs: this.retryAfterMs,
      outcome: this.outcome,
    };
  }
}

/** Whether `error` is a {@link PolyvolError} of any copy of this package, and of `code` when that is given. */
export function isPolyvolError(error: unknown, code?: PolyvolErrorCode): error is PolyvolError {
  return (
    typeof error === "object" &&
    error !== null &&
    (error as Record<symbol, unknown>)[BRAND] === true &&
    (code === undefined || (error as PolyvolError).code === code)
  );
}

/** The same failure with more said about it; what was known before stays unless named anew. */
export function extendError(
  error: PolyvolError,
  details: PolyvolErrorDetails,
  reason: string = error.reason,
): PolyvolError {
  const extended = new PolyvolError(error.code, reason, {
    ...(error as PolyvolErrorDetails),
    ...omitUndefined(details),
    cause: error.cause ?? details.cause,
  });
  if (error.stack !== undefined) {
    extended.stack = error.stack.replace(error.message, () => extended.message);
  }
  return extended;
}

/** What a failure means by what else is known: all that it says stays, and it is the cause. */
export function reinterpretError(
  error: PolyvolError,
  code: PolyvolErrorCode,
  reason: string,
  details: PolyvolErrorDetails,
): PolyvolError {
  return new PolyvolError(code, reason, { ...(error as PolyvolErrorDetails), ...details, cause: error });
}

/** What is refused before anything is sent, or certainly without effect. */
export function refused(code: PolyvolErrorCode, reason: string): PolyvolError {
  return new PolyvolError(code, reason, { outcome: "not_applied" });
}

/** An argument that is refused before anything is sent. */
export function refusedArgument(reason: string): PolyvolError {
  return refused("invalid_argument", reason);
}

/**
 * What a driver reads for a change that it has not sent yet, or that was refused. An error of a read says nothing of a
 * change, and core would take it for unclear; nothing was changed, so the change may be tried again.
 */
export async function unchanged<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw isPolyvolError(error) ? extendError(error, { outcome: "not_applied" }) : error;
  }
}

function composeMessage(code: PolyvolErrorCode, reason: string, details: PolyvolErrorDetails): string {
  const resource = details.resource;
  const subject = [
    details.provider,
    details.operation,
    resource?.name === undefined ? undefined : JSON.stringify(fitName(resource.name)),
    resource?.id === undefined ? undefined : `${resource.kind} ${fitName(resource.id)}`,
  ].filter((part) => part !== undefined);
  const head = subject.length === 0 ? "" : `${subject.join(" ")}: `;
  const providerCode =
    details.providerCode === undefined ? "" : `, provider code ${fitName(details.providerCode)}`;
  const request = details.requestId === undefined ? "" : `, request ${fitName(details.requestId)}`;
  return `${head}${reason} (${code}${providerCode}${request})`;
}
