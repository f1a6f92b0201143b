import { AsyncLocalStorage } from "node:async_hooks";
import type { PolyvolEvent } from "@polyvol/core";

/** What one piece of work cost. */
export interface Cost {
  requests: number;
  elapsedMs: number;
}

/** Tells whose requests are whose while many volumes are worked on at once. */
export interface RequestCounter {
  readonly onEvent: (event: PolyvolEvent) => void;
  /** Runs the work, adding what it takes to `cost`. A look shared by several is counted where it was sent. */
  measure<T>(cost: Cost, work: () => Promise<T>): Promise<T>;
  /** All requests, also those that belong to no piece of work. */
  total(): number;
}

export function createRequestCounter(): RequestCounter {
  const current = new AsyncLocalStorage<Cost>();
  let total = 0;
  return {
    onEvent(event) {
      if (event.type !== "request") return;
      total += 1;
      const cost = current.getStore();
      if (cost !== undefined) cost.requests += 1;
    },
    async measure(cost, work) {
      const startedAt = performance.now();
      try {
        return await current.run(cost, work);
      } finally {
        cost.elapsedMs += performance.now() - startedAt;
      }
    },
    total: () => total,
  };
}
