import { comparableId } from "../answered.ts";
import { isPolyvolError, PolyvolError, type PolyvolErrorDetails } from "../errors.ts";

/** A new resource, the record of a change, or a change on its resource may take so long to show up at all. */
export const APPEARANCE_MS = 60_000;

/**
 * What this storage has made just now, and no read has shown yet. A service may answer from a copy that has not heard of
 * it: that it finds none is no word for its absence then, and least of all says that a deletion has been done.
 */
export interface Newcomers {
  /** A create was answered with it. */
  made(id: string): void;
  /** A read has shown it, or it has been deleted: from now on its absence is believed. */
  known(id: string): void;
  has(id: string): boolean;
  /**
   * A request that needs `id`.
   * @throws PolyvolError `conflict`, which is waited for, in place of `not_found` while that says nothing
   */
  unlessNew<T>(id: string, request: Promise<T>): Promise<T>;
}

export function createNewcomers(monotonicNow: () => number): Newcomers {
  /** When each was made, the oldest first. */
  const madeAt = new Map<string, number>();
  const has = (id: string): boolean => {
    const since = madeAt.get(comparableId(id));
    return since !== undefined && monotonicNow() - since < APPEARANCE_MS;
  };
  return {
    has,
    made: (id) => {
      for (const [each, since] of madeAt) {
        if (monotonicNow() - since < APPEARANCE_MS) break;
        madeAt.delete(each);
      }
      madeAt.set(comparableId(id), monotonicNow());
    },
    known: (id) => void madeAt.delete(comparableId(id)),
    unlessNew: async (id, request) => {
      try {
        return await request;
      } catch (error) {
        if (!isPolyvolError(error, "not_found") || !has(id)) throw error;
        throw new PolyvolError("conflict", `${id} was made just now and does not show yet: ${error.reason}`, {
          ...(error as PolyvolErrorDetails),
          retryable: true,
          outcome: "not_applied",
          cause: error,
        });
      }
    },
  };
}
