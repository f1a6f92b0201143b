import type { BlockStorageDriver } from "@polyvol/core/driver";

/** Driver methods that stand for one request each. */
export type MemoryMethod = Exclude<
  {
    [Key in keyof BlockStorageDriver]-?: NonNullable<BlockStorageDriver[Key]> extends (
      ...parameters: never[]
    ) => Promise<unknown>
      ? Key
      : never;
  }[keyof BlockStorageDriver],
  undefined
>;

const READS: ReadonlySet<MemoryMethod> = new Set<MemoryMethod>([
  "checkHealth",
  "canSeeTags",
  "checkPending",
  "getVolume",
  "listVolumes",
  "getSnapshot",
  "listSnapshots",
]);

/** How often the account was called, whatever came of it. */
export interface MemoryCalls {
  /** All calls. */
  readonly total: number;
  /** Calls that change something. */
  readonly changes: number;
  /** How often a method was called. */
  of(method: MemoryMethod): number;
  /** First argument of the latest call of `method`: an id, an input or a query. */
  last(method: MemoryMethod): unknown;
  /** Counts from zero again. */
  reset(): void;
}

/** The counting side of {@link MemoryCalls}. */
export interface CallCounter extends MemoryCalls {
  add(method: MemoryMethod, argument: unknown): void;
}

export function createCallCounter(): CallCounter {
  const counts = new Map<MemoryMethod, number>();
  const latest = new Map<MemoryMethod, unknown>();
  let total = 0;
  let changes = 0;
  return {
    get total() {
      return total;
    },
    get changes() {
      return changes;
    },
    of: (method) => counts.get(method) ?? 0,
    last: (method) => latest.get(method),
    reset() {
      counts.clear();
      latest.clear();
      total = 0;
      changes = 0;
    },
    add(method, argument) {
      counts.set(method, (counts.get(method) ?? 0) + 1);
      latest.set(method, argument);
      total += 1;
      if (!READS.has(method)) changes += 1;
    },
  };
}
