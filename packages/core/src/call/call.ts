import { abortable, onAbort } from "../abort.ts";
import { startTimer } from "../clock.ts";
import type { CallContext } from "../driver.ts";
import { extendError, isPolyvolError, PolyvolError, type ResourceRef } from "../errors.ts";
import { checkCallOptions, checkTimeout } from "../input.ts";
import { omitUndefined } from "../omit-undefined.ts";
import type { CallOptions, RequestTurn } from "../options.ts";
import { showSpan } from "../words.ts";
import {
  asPolyvolError,
  countFailures,
  isBusy,
  isLastAttempt,
  mayRepeat,
  pauseBeforeRetry,
} from "./retry.ts";
import type { Runtime } from "./runtime.ts";

/**
 * What kind of request is sent. `read` changes nothing; `repeatable` is a change that may be sent twice (a delete, a
 * rename); `once` is a change that must not be, unless it was certainly not carried out.
 */
export type RequestKind = "read" | "repeatable" | "once";

/** One public call under way: its deadline, its abort, its retries, and what is known for its error. */
export interface Call {
  readonly operation: string;
  readonly runtime: Runtime;
  /** The same for all parts of one public call. */
  readonly id: symbol;
  /** Aborts at the caller's wish and at the deadline. */
  readonly abortSignal: AbortSignal;
  /** Since it began, in milliseconds. */
  elapsedMs(): number;
  /** Until its deadline, in milliseconds. */
  remainingMs(): number;
  /** Whether it, or the call that it goes on with, has sent a change, so that there is something to learn by waiting. */
  hasSent(): boolean;
  /** Whether any change of it may have been carried out. */
  mayHaveChanged(): boolean;
  /** Sends one request, again where that is safe and can help. `throwsBusy`: not while the resource is busy. */
  send<T>(
    kind: RequestKind,
    task: (context: CallContext) => Promise<T>,
    options?: { readonly throwsBusy?: boolean },
  ): Promise<T>;
  sleep(ms: number): Promise<void>;
  /**
   * Pauses before something bigger than a request is tried again after `failure`, for as long as that asks to, at the
   * cost of one retry that the call's success gives back; `false` when the budget is spent.
   * @throws PolyvolError `failure`, at once, when the pause would end at the deadline or later
   */
  pauseBefore(attempt: number, failure: PolyvolError): Promise<boolean>;
  /**
   * Runs a part of the call that may take so many milliseconds at most, and no longer than the call.
   * @throws PolyvolError `timeout` when only the part has taken too long: the call goes on
   */
  within<T>(timeoutMs: number, part: (call: Call) => Promise<T>): Promise<T>;
  /** Names the resource better, for the error. */
  about(resource: ResourceRef): void;
  /** What was last seen, for a timeout's message; `isBefore`: while nothing has been sent yet. */
  note(seen: string, isBefore?: boolean): void;
  /** The last look failed; what was seen before it stays. */
  noteFailedLook(failure: PolyvolError): void;
}

export interface CallSetup {
  readonly operation: string;
  readonly resource?: ResourceRef;
  readonly options: CallOptions | undefined;
  /** Whether it waits for something to finish, and so has the longer default deadline. Default `false`. */
  readonly waits?: boolean;
  /** Whether it changes anything, and so whether its errors carry an outcome. Default `false`. */
  readonly changes?: boolean;
  /** Of the call that it is a part of. */
  readonly id?: symbol;
  /** Whether an earlier call has changed what this one goes on with. */
  readonly hasChanged?: boolean;
}

/** Runs one public call. The one place where errors are given provider, operation, resource and outcome. */
export async function runCall<T>(
  runtime: Runtime,
  setup: CallSetup,
  task: (call: Call) => Promise<T>,
): Promise<T> {
  checkedNow(runtime, setup.operation, () => checkCallOptions(setup.options));
  const callerSignal = setup.options?.abortSignal;
  callerSignal?.throwIfAborted();
  const timeoutMs = checkedNow(runtime, setup.operation, () =>
    checkTimeout(setup.options?.timeoutMs ?? (setup.waits ? runtime.waitTimeoutMs : runtime.timeoutMs)),
  );
  const startedAt = runtime.monotonicNow();
  const ending = new AbortController();
  const state: CallState = {
    resource: setup.resource,
    seen: undefined,
    stayed: false,
    failedLook: undefined,
    failedAttempt: undefined,
    sent: false,
    unanswered: 0,
    attempts: 0,
    touched: setup.hasChanged === true,
    taken: 0,
    earlierAttempts: 0,
  };

  const stopListening = onAbort(callerSignal, (reason) => ending.abort(reason));
  const stopTimer = startTimer(runtime.clock, timeoutMs, () =>
    ending.abort(timeoutError(timeoutMs, setup, state)),
  );
  try {
    const call = makeCall(runtime, setup, state, startedAt, startedAt + timeoutMs, ending.signal);
    const result = await task(call);
    if (state.taken > 0) runtime.budget.succeeded(state.taken);
    return result;
  } catch (error) {
    const wish: unknown = callerSignal?.aborted ? callerSignal.reason : undefined;
    // What is looked at after a failure would tell of that. Of a part the signal may be at the call's deadline.
    if (wish !== undefined && (error === wish || !isPolyvolError(wish))) throw wish;
    throw describe(runtime, setup, state, error);
  } finally {
    stopTimer();
    stopListening();
  }
}

/** Runs what a call checks before it begins, with errors as {@link runCall} describes them. */
export function checkedNow<T>(runtime: Runtime, operation: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isPolyvolError(error)) throw error;
    throw extendError(error, { provider: runtime.driver.provider, operation, attempts: 0 });
  }
}

/** No timer rings later than this, unless the whole process stood still; then it rings at once. */
const LATEST_TIMER_MS = 1_000;

interface CallState {
  resource: ResourceRef | undefined;
  seen: string | undefined;
  /** Whether `seen` is what had to pass before anything could be sent. */
  stayed: boolean;
  failedLook: PolyvolError | undefined;
  /** Why the request that is under way, or waits to be sent again, is not the first. */
  failedAttempt: PolyvolError | undefined;
  /** Times that the request that failed last was sent. */
  attempts: number;
  /** Whether any change of this call was sent. */
  sent: boolean;
  /** Requests that have begun and are not answered yet. */
  unanswered: number;
  /** Whether any change of this call may have been carried out. */
  touched: boolean;
  /** Requests of earlier rounds of a change that was recovered by looking. */
  earlierAttempts: number;
  /** Retries taken from the budget for more than single requests. */
  taken: number;
}

function makeCall(
  runtime: Runtime,
  setup: CallSetup,
  state: CallState,
  startedAt: number,
  deadline: number,
  abortSignal: AbortSignal,
): Call {
  const { operation, id = Symbol(operation) } = setup;
  const inTurn: RequestTurn = setup.options?.inTurn ?? ((request) => request());
  const context: CallContext = {
    operation,
    abortSignal,
    remainingMs: () => {
      const ms = deadline - runtime.monotonicNow();
      // The timer of the deadline would have rung: a clock that only shows time was set forward.
      return ms < -LATEST_TIMER_MS && !abortSignal.aborted ? deadline - startedAt : ms;
    },
    emit: (event) => runtime.emit(operation, event),
  };
  return {
    operation,
    runtime,
    id,
    abortSignal,
    elapsedMs: () => runtime.monotonicNow() - startedAt,
    remainingMs: context.remainingMs,
    hasSent: () => state.sent || setup.hasChanged === true,
    mayHaveChanged: () => state.touched,
    sleep: (ms) => runtime.clock.sleep(ms, abortSignal),
    about: (resource) => {
      const { kind, id = resource.id } = state.resource ?? {};
      // What is known of another resource says nothing of this one.
      const isSame = kind === resource.kind && id === resource.id;
      state.resource = isSame ? { ...state.resource, ...resource } : resource;
    },
    note: (seen, isBefore = false) => {
      state.seen = seen;
      state.stayed = isBefore && !state.sent;
      state.failedLook = undefined;
    },
    noteFailedLook: (failure) => {
      state.failedLook = failure;
    },
    send: async (kind, task, { throwsBusy = false } = {}) => {
      let taken = 0;
      const failuresLike = countFailures(runtime.retry);
      for (let attempt = 1; ; attempt += 1) {
        abortSignal.throwIfAborted();
        let hasBegun = false;
        const begin = async () => {
          // The turn may come when nobody waits for it any more.
          abortSignal.throwIfAborted();
          hasBegun = true;
          if (kind !== "read") state.sent = true;
          state.unanswered += 1;
          try {
            return await task(context);
          } finally {
            state.unanswered -= 1;
          }
        };
        try {
          const result = await abortable(inTurn(begin, kind === "read" ? "read" : "change"), abortSignal);
          state.failedAttempt = undefined;
          runtime.budget.succeeded(taken);
          if (kind !== "read") state.touched = true;
          return result;
        } catch (thrown) {
          if (abortSignal.aborted) {
            if (kind !== "read" && hasBegun) state.touched = true;
            throw abortSignal.reason;
          }
          // A turn that was refused has sent nothing.
          const mayHaveChanged = kind !== "read" && hasBegun;
          const error = isPolyvolError(thrown) ? thrown : asPolyvolError(thrown, mayHaveChanged);
          if (mayHaveChanged && error.outcome !== "not_applied") state.touched = true;
          state.attempts = attempt;
          state.failedAttempt = error;
          // A definite refusal is an answer: the service is not down, and what was taken for it comes back.
          if (!error.retryable) runtime.budget.succeeded(taken);
          const mayBeSent = mayRepeat(error, kind !== "once") && !(throwsBusy && isBusy(error));
          const failures = failuresLike(error);
          if (!mayBeSent || isLastAttempt(runtime, error, failures)) throw error;
          const cost = await pauseBeforeRetry(runtime, context, error, attempt, failures);
          if (cost === undefined) throw error;
          taken += cost;
        }
      }
    },
    within: (timeoutMs, part) =>
      runCall(runtime, { ...setup, id, options: { ...setup.options, abortSignal, timeoutMs } }, part),
    pauseBefore: async (attempt, failure) => {
      const cost = await pauseBeforeRetry(runtime, context, failure, attempt);
      if (cost === undefined) return false;
      state.taken += cost;
      state.earlierAttempts += state.attempts;
      state.attempts = 0;
      return true;
    },
  };
}

/** Whether a change may have been carried out, said on the error of the whole call. */
function describe(runtime: Runtime, setup: CallSetup, state: CallState, thrown: unknown): PolyvolError {
  const error = isPolyvolError(thrown) ? thrown : asPolyvolError(thrown, setup.changes === true);
  const outcome = state.touched ? ("unknown" as const) : ("not_applied" as const);
  return extendError(
    error,
    omitUndefined({
      provider: runtime.driver.provider,
      operation: setup.operation,
      resource: state.resource,
      attempts: state.earlierAttempts + Math.max(state.attempts, error.attempts ?? 0),
      outcome: setup.changes ? outcome : undefined,
    }),
  );
}

function timeoutError(timeoutMs: number, setup: CallSetup, state: CallState): PolyvolError {
  const { seen, stayed, failedLook, failedAttempt } = state;
  // Of a part, the call that it is a part of knows what was sent.
  const nothingSent = setup.changes && setup.id === undefined && !state.sent && !state.touched;
  const words = [
    `not finished within ${showSpan(timeoutMs)}`,
    ...(seen === undefined ? [] : [stayed ? `it stayed ${seen}; nothing was sent` : `last seen: ${seen}`]),
    ...(nothingSent && !stayed ? ["nothing was changed"] : []),
    ...(failedLook === undefined ? [] : [`the last look failed: ${failedLook.reason}`]),
    ...(failedAttempt === undefined ? [] : [`the last attempt failed: ${failedAttempt.reason}`]),
    ...(state.unanswered > 0 ? ["the service had not answered yet"] : []),
  ];
  return new PolyvolError("timeout", words.join("; "), {
    retryable: true,
    cause: failedLook ?? failedAttempt,
  });
}
