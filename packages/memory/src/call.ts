import { PolyvolError } from "@polyvol/core";
import type { CallContext } from "@polyvol/core/driver";
import type { CallCounter, MemoryMethod } from "./calls.ts";
import type { MemoryFault } from "./faults.ts";
import type { Answer } from "./mapping.ts";
import { Refusal } from "./refusal.ts";
import type { Commit, PageFault, World } from "./state.ts";

/** One call as it reaches the account: what carries it, and what the account does. */
export interface AccountCall<T> {
  readonly method: MemoryMethod;
  readonly argument: unknown;
  readonly context: CallContext;
  readonly commit: (commit: Commit) => T;
}

/** What came back. `rewrite` is what a fault makes of each resource in it. */
export interface AccountReply<T> {
  readonly value: T;
  readonly requestId: string;
  readonly rewrite: (answer: Answer) => Answer;
}

/** Carries one call to the account, with everything that can go wrong on the way. */
export async function callAccount<T>(
  world: World,
  authorised: boolean,
  ownCalls: CallCounter,
  call: AccountCall<T>,
): Promise<AccountReply<T>> {
  const { clock, faults, settings } = world;
  const { context, method } = call;
  const { abortSignal } = context;
  abortSignal.throwIfAborted();
  const requestId = `request-${String(world.next("request")).padStart(6, "0")}`;
  const details = { provider: settings.provider, operation: context.operation, requestId } as const;
  world.calls.add(method, call.argument);
  ownCalls.add(method, call.argument);
  const startedAt = world.monotonicNow();
  context.emit({ type: "request", method: "CALL", target: method });

  function commitAt(now: number, breakReason?: string, page?: PageFault): T {
    world.agenda.catchUp(now);
    return call.commit({ now, breakReason, page });
  }
  function lost(): PolyvolError {
    return new PolyvolError("unavailable", "the connection was lost", {
      ...details,
      retryable: true,
      outcome: "unknown",
    });
  }
  async function carry(): Promise<AccountReply<T>> {
    await (settings.latencyMs > 0 ? clock.sleep(settings.latencyMs, abortSignal) : Promise.resolve());
    if (!authorised) throw new Refusal("unauthenticated", "the credentials are wrong");
    const fault = faults.take(method);
    if (fault?.effect === "fail" && fault.when === "before") throw fault.error ?? lost();
    if (fault?.effect === "delay" && fault.when === "before") await clock.sleep(fault.ms, abortSignal);
    if (fault?.effect === "commit_late") {
      world.agenda.add(clock.now() + fault.ms, (at) => {
        try {
          call.commit({ now: at });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
        }
      });
      throw fault.error ?? lost();
    }
    const breaks = fault?.effect === "break" ? (fault.reason ?? "the work failed") : undefined;
    const value = commitAt(clock.now(), breaks, pageFaultOf(fault));
    if (fault?.effect === "fail") throw fault.error ?? lost();
    if (fault?.effect === "delay" && fault.when === "after") await clock.sleep(fault.ms, abortSignal);
    abortSignal.throwIfAborted();
    return { value, requestId, rewrite: fault?.effect === "rewrite" ? fault.rewrite : (answer) => answer };
  }

  try {
    const reply = await carry();
    const durationMs = world.monotonicNow() - startedAt;
    context.emit({ type: "response", method: "CALL", target: method, requestId, durationMs });
    return reply;
  } catch (error) {
    const durationMs = world.monotonicNow() - startedAt;
    const failure = error instanceof Error ? error.message : String(error);
    context.emit({ type: "response", method: "CALL", target: method, requestId, durationMs, failure });
    if (!(error instanceof Refusal)) throw error;
    throw new PolyvolError(error.code, error.message, {
      ...details,
      outcome: "not_applied",
      ...error.details,
    });
  }
}

function pageFaultOf(fault: MemoryFault | undefined): PageFault | undefined {
  if (fault?.effect === "small_pages") return { atMost: fault.items };
  return fault?.effect === "empty_page" ? "empty" : undefined;
}
