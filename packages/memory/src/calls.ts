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

/** How often the account was called, with and without success. */
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
  const latest = new Map<MemoryMethod, { count: number; argument: unknown }>();
  const sum = (isCounted: (method: MemoryMethod) => boolean): number =>
    [...latest].reduce((total, [method, { count }]) => (isCounted(method) ? total + count : total), 0);
  return {
    get total() {
      return sum(() => true);
    },
    get changes() {
      return sum((method) => !/^(get|list|check|canSee)[A-Z]/.test(method));
    },
    of: (method) => latest.get(method)?.count ?? 0,
    last: (method) => latest.get(method)?.argument,
    reset: () => latest.clear(),
    add(method, argument) {
      latest.set(method, { count: (latest.get(method)?.count ?? 0) + 1, argument });
    },
  };
}
