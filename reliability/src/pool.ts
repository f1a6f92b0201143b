/** Runs `work` over all items, so many at a time; results in the order of the items. */
export async function pooled<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const [settled] = await Promise.allSettled([work(items[index] as T, index)]);
      results[index] = settled;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
