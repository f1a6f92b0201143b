import { abortable } from "../abort.ts";

/** One change at a time for each key, in the order of arrival. */
export interface Locks {
  /** Runs `task` alone among those of its key. Waiting for the turn ends with `abortSignal`. */
  exclusively<T>(key: string, abortSignal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

export function createLocks(): Locks {
  const queues = new Map<string, Promise<void>>();
  return {
    exclusively: async (key, abortSignal, task) => {
      const before = queues.get(key);
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const tail = before === undefined ? held : before.then(() => held);
      queues.set(key, tail);
      try {
        if (before !== undefined) await abortable(before, abortSignal);
        return await task();
      } finally {
        release();
        if (queues.get(key) === tail) queues.delete(key);
      }
    },
  };
}
