import type { Chunk } from "./source.ts";

/**
 * The items of `chunks` one by one. By hand instead of an async generator, which makes several promises an item: here
 * an item that is there already costs one. Calls of `next()` that overlap are answered in their order.
 */
export function iterateItems<T>(
  chunks: AsyncGenerator<Chunk<T>, void, undefined>,
  matches: (item: T) => boolean,
): AsyncIterableIterator<T> {
  let items: readonly T[] = [];
  let position = 0;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  function takeNext(): IteratorYieldResult<T> | undefined {
    while (position < items.length) {
      const value = items[position] as T;
      position += 1;
      if (matches(value)) return { done: false, value };
    }
    return undefined;
  }

  async function advance(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const next = takeNext();
      if (next !== undefined) return next;
      const chunk = await chunks.next();
      if (chunk.done) return END;
      items = chunk.value.items;
      position = 0;
    }
  }

  function inTurn<R>(step: () => Promise<R>): Promise<R> {
    waiting += 1;
    const result = last.then(step).finally(() => {
      waiting -= 1;
    });
    last = result.catch(() => undefined);
    return result;
  }

  return {
    next: () => {
      const next = waiting === 0 ? takeNext() : undefined;
      return next === undefined ? inTurn(advance) : Promise.resolve(next);
    },
    return: () =>
      inTurn(async () => {
        items = [];
        await chunks.return();
        return END;
      }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };
