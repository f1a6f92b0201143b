import { isPolyvolError, type PolyvolError } from "../errors.ts";
import type { Call } from "./call.ts";
import { isLastAttempt, isUnclear } from "./retry.ts";

/** What follows on a failed request: the end, one more look for its effect, or a look and, without one, the request again. */
export type NextStep = "end" | "look" | "send_again";

/** A change whose effect can be looked for. */
export interface Recovery<T> {
  /** Whether it looks before the first request, too. Default: it sends first. */
  readonly looksBefore?: boolean;
  /**
   * What is wanted, where it is there already. `failure`: of the request before, if there was one. `unclear`: whether any
   * request so far may have been carried out. Absent: `send` looks itself.
   */
  look?(failure: PolyvolError | undefined, unclear: boolean): Promise<T | undefined>;
  /** One request, and what its answer asks for. */
  send(unclear: boolean): Promise<T>;
  next(failure: PolyvolError, state: { readonly unclear: boolean; readonly isLast: boolean }): NextStep;
  /** Told of what a look found after a failure; `undefined`: nothing, and the request is sent again. */
  onLook?(found: T | undefined, unclear: boolean): void;
  /**
   * The result, where it is there although everything failed. `mayCome`: an earlier request may be carried out yet, and
   * `failure` refuses its repetition. Default: `failure` is thrown.
   */
  end?(failure: PolyvolError, mayCome: boolean): Promise<T>;
}

/**
 * The loop of every change that must not be carried out twice: send, classify the failure, pause, look, send again. It
 * pauses before each look for the effect of an unclear request and before each further request.
 */
export async function recover<T>(call: Call, recovery: Recovery<T>): Promise<T> {
  let failure: PolyvolError | undefined;
  let next: NextStep = "send_again";
  let unclear = false;
  for (let round = 1; ; round += 1) {
    if (failure !== undefined || recovery.looksBefore === true) {
      const found = await recovery.look?.(failure, unclear);
      if (failure !== undefined && found === undefined && next === "look") throw failure;
      if (failure !== undefined) recovery.onLook?.(found, unclear);
      if (found !== undefined) return found;
    }
    try {
      return await recovery.send(unclear);
    } catch (error) {
      if (call.abortSignal.aborted || !isPolyvolError(error)) throw error;
      failure = error;
    }
    unclear ||= isUnclear(failure);
    next = recovery.next(failure, { unclear, isLast: isLastAttempt(call.runtime, failure, round) });
    const pauses = next === "send_again" || (next === "look" && isUnclear(failure));
    if (next === "end" || (pauses && !(await call.pauseBefore(round, failure)))) {
      if (recovery.end === undefined) throw failure;
      return await recovery.end(failure, unclear && isRefusal(failure));
    }
  }
}

/** Whether the request was certainly not carried out, by the provider's own word. */
function isRefusal(failure: PolyvolError): boolean {
  return !isUnclear(failure) && failure.code !== "operation_failed";
}
