import type { PolyvolError } from "@polyvol/core";
import type { MemoryMethod } from "./calls.ts";

/** Which calls a fault strikes. */
interface FaultRule {
  /** Default: every call. */
  readonly on?: MemoryMethod | readonly MemoryMethod[] | undefined;
  /** How many fitting calls pass first. Default 0. */
  readonly skip?: number | undefined;
  /** How many calls it strikes. Default 1; `Infinity` for always. */
  readonly count?: number | undefined;
}

/** What happens to a call that is struck. "Commit" is the instant at which the account does what was asked. */
export type MemoryFaultEffect =
  /** The call fails, before the commit (nothing is done) or after it. Default error: the connection was lost. */
  | { readonly effect: "fail"; readonly when: "before" | "after"; readonly error?: PolyvolError }
  /** The call fails now and commits `ms` later. Default error: the connection was lost. */
  | { readonly effect: "commit_late"; readonly ms: number; readonly error?: PolyvolError }
  /** The account accepts the change, and the change itself fails in the end. */
  | { readonly effect: "break"; readonly reason?: string }
  /** The answer takes `ms` longer, before or after the commit. */
  | { readonly effect: "delay"; readonly when: "before" | "after"; readonly ms: number }
  /** A listing gives at most `items` items whatever is asked for; what it says of more to come is true. */
  | { readonly effect: "small_pages"; readonly items: number }
  /** The answer to a listing has no items; what it says of more to come is as it was. */
  | { readonly effect: "empty_page" }
  /** Each volume or snapshot in the answer is changed before the driver returns it. */
  | {
      readonly effect: "rewrite";
      readonly rewrite: (resource: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
    };

/** A fault in an account: a call meets the first fitting one. Nothing in it is random. */
export type MemoryFault = FaultRule & MemoryFaultEffect;

/** The faults that are waiting. */
export function createFaultQueue() {
  let waiting: { readonly fault: MemoryFault; seen: number }[] = [];
  return {
    add: (fault: MemoryFault): void => void waiting.push({ fault, seen: 0 }),
    clear: (): void => {
      waiting = [];
    },
    /** The fault that strikes this call, if any. */
    take(method: MemoryMethod): MemoryFault | undefined {
      for (const entry of waiting) {
        const { on, skip = 0, count = 1 } = entry.fault;
        if (on !== undefined && ![on].flat().includes(method)) continue;
        entry.seen += 1;
        if (entry.seen <= skip) continue;
        if (entry.seen >= skip + count) waiting = waiting.filter((each) => each !== entry);
        return entry.fault;
      }
      return undefined;
    },
  };
}
