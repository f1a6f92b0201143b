import { PolyvolError } from "@polyvol/core";
import type { CallContext } from "@polyvol/core/driver";
import type { CallCounter, MemoryMethod } from "./calls.ts";
import { Refusal } from "./failure.ts";
import type { Commit, MemoryState } from "./state.ts";

/** One call as it reaches the account: what carries it, and what the account does. */
export interface AccountCall<T> {
  readonly method: MemoryMethod;
  readonly argument: unknown;
  readonly context: CallContext;
  readonly commit: (commit: Commit) => T;
}

/** Carries one call of a driver to the account, with everything that can go wrong on the way. */
export async function callAccount<T>(
  state: MemoryState,
  driver: { readonly authorised: boolean; readonly calls: CallCounter },
  { method, argument, context, commit }: AccountCall<T>,
): Promise<T> {
  const { clock, schedule, settings } = state;
  const { abortSignal, emit, operation } = context;
  abortSignal.throwIfAborted();
  const { id: requestId } = state.next("request");
  const details = { provider: settings.provider, operation, requestId } as const;
  state.calls.add(method, argument);
  driver.calls.add(method, argument);
  const startedAt = state.monotonicNow();
  emit({ type: "request", method: "CALL", target: method });

  const lost = (): PolyvolError =>
    new PolyvolError("unavailable", "the connection was lost", {
      ...details,
      retryable: true,
      outcome: "unknown",
    });

  async function carry(): Promise<T> {
    await (settings.latencyMs > 0 ? clock.sleep(settings.latencyMs, abortSignal) : Promise.resolve());
    if (!driver.authorised) throw new Refusal("unauthenticated", "the credentials are wrong");
    const fault = state.faults.take(method);
    if (fault?.effect === "fail" && fault.when === "before") throw fault.error ?? lost();
    if (fault?.effect === "delay" && fault.when === "before") await clock.sleep(fault.ms, abortSignal);
    if (fault?.effect === "commit_late") {
      schedule.add(clock.now() + fault.ms, (at) => commitUnseen({ now: at }));
      throw fault.error ?? lost();
    }
    const now = clock.now();
    schedule.runDue(now);
    const value = commit({ now, fault });
    if (fault?.effect === "fail") throw fault.error ?? lost();
    if (fault?.effect === "delay" && fault.when === "after") await clock.sleep(fault.ms, abortSignal);
    abortSignal.throwIfAborted();
    return value;
  }

  /** A commit that nobody waits for: a refusal is told to nobody. */
  function commitUnseen(late: Commit): void {
    try {
      commit(late);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  const respond = (failure?: string): void => {
    const durationMs = state.monotonicNow() - startedAt;
    const response = { type: "response", method: "CALL", target: method, requestId, durationMs } as const;
    emit(failure === undefined ? response : { ...response, failure });
  };
  try {
    const value = await carry();
    respond();
    return value;
  } catch (error) {
    respond(error instanceof Error ? error.message : String(error));
    if (!(error instanceof Refusal)) throw error;
    throw new PolyvolError(error.code, error.message, {
      ...details,
      outcome: "not_applied",
      ...error.details,
    });
  }
}
