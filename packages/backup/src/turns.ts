import { setImmediate as nextTurn } from "node:timers/promises";

/** Work goes on for so long before others have a turn. */
const TURN_MS = 20;

/** Lets timers, signals and requests have their turn in long work, and ends it when that was asked for. */
export interface Turns {
  /** Between two pieces of work. @throws the reason of the abort */
  rest(): Promise<void>;
}

export function takeTurns(abortSignal?: AbortSignal): Turns {
  let since = performance.now();
  return {
    async rest() {
      if (performance.now() - since < TURN_MS) return;
      await nextTurn();
      abortSignal?.throwIfAborted();
      since = performance.now();
    },
  };
}
